import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import type { Signal } from "../../../src/ports.ts";
import { SEGMENT_HEADER_BYTES } from "../../../src/store/journal/frame.ts";
import { Journal } from "../../../src/store/journal/journal.ts";
import { decodeEntry } from "../../../src/store/journal/records.ts";
import { scanFrames } from "../../../src/store/journal/scan.ts";
import { aJournal, HOUR, type JournalRig, KEEP, segmentName } from "../../support/a-journal.ts";
import { anEvent } from "../../support/an-event.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";
import { randomFrom } from "../../../src/cli/seeded-random.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const onDisk = () => ({
  folder: tempFolder(),
  clock: fakeClock(),
  emit: () => {},
  cacheEntries: 0,
  segmentBytes: 1_000_000,
  retention: { keepMs: KEEP, deadMs: Infinity },
});

/** The records of a segment: where each lies, and which event it is of. */
async function recordsOf(disk: FaultDisk, number: number) {
  const bytes = disk.bytesOf(segmentName(number));
  const file = await disk.open(segmentName(number));
  const records: { from: number; to: number; kind: string; id: string }[] = [];
  await scanFrames(file, { segment: number, from: SEGMENT_HEADER_BYTES, to: bytes.length }, (frame, from) => {
    const entry = decodeEntry(frame)!;
    const id = entry.kind === "hold" ? "" : entry.id;
    records.push({ from, to: from + frame.length, kind: entry.kind, id });
  });
  return records;
}

/** Ids that the journal lists, sorted: each must be there once. */
async function listed(rig: JournalRig): Promise<string[]> {
  const { items } = await rig.journal.archive.list({ limit: 1000 });
  return items.map(({ event }) => event.id).sort();
}

describe("opening a journal", () => {
  it("finds all records before a tear, wherever it is, none behind it, and calls it no damage", async () => {
    const written = await aJournal();
    await written.store();
    await written.journal.append([anEvent(), anEvent()]);
    await written.store();
    const records = await recordsOf(written.disk, 1);
    const bytes = Buffer.from(written.disk.bytesOf(segmentName(1)));
    for (let end = 0; end < bytes.length; end++) {
      const disk = new FaultDisk();
      await disk.create(segmentName(1));
      disk.overwrite(segmentName(1), bytes.subarray(0, end));
      const rig = await aJournal({ disk });
      assert.deepEqual(await listed(rig), records.filter(({ to }) => to <= end).map(({ id }) => id), `torn at ${end}`);
      assert.deepEqual(rig.journal.status().damage, [], `torn at ${end}`);
      await rig.journal.close();
    }
  });

  it("loses to a bad bit in an older segment no more than the record that has it, and says where", async () => {
    const written = await aJournal({ segmentBytes: 500 });
    const first = await written.store();
    const others = [await written.store(), await written.store()];
    await written.settle({ kind: "retry", at: written.clock.now(), failure: { code: "E", message: "m" } });
    others.push(await written.store(), await written.store());
    for (let n = 0; n < 5; n++) await written.settle({ kind: "complete", result: "1" });
    const records = await recordsOf(written.disk, 2);
    assert.deepEqual(records.map(({ kind }) => kind), ["event", "attempt", "event"]);
    const bytes = Buffer.from(written.disk.bytesOf(segmentName(2)));
    const copies = new Map(written.disk.paths().map((path) => [path, Buffer.from(written.disk.bytesOf(path))]));
    for (let at = 0; at < bytes.length; at++) {
      const disk = new FaultDisk();
      for (const [path, content] of copies) {
        await disk.create(path);
        disk.overwrite(path, content);
      }
      const spoilt = Buffer.from(bytes);
      spoilt[at]! ^= 1 << (at & 7);
      disk.overwrite(segmentName(2), spoilt);
      const hit = records.find(({ from, to }) => from <= at && at < to);
      const rig = await aJournal({ disk });
      const range = hit ?? { from: 0, to: SEGMENT_HEADER_BYTES };
      assert.deepEqual(rig.journal.status().damage, [`00000002.seg: bytes ${range.from} to ${range.to}`]);
      assert.deepEqual(disk.bytesOf(segmentName(2).replace("/journal/", "/journal/damaged/")), spoilt);
      const expected = [first, ...others].filter((id) => hit?.kind !== "event" || id !== hit.id).sort();
      assert.deepEqual(await listed(rig), expected, `a bad bit in byte ${at}`);
      assert.equal((await rig.journal.find(first))?.state, "completed");
      await rig.journal.close();
    }
  });

  it("may lose power at any moment of it, again and again: each event is there once, and nothing is damaged", async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = randomFrom(seed);
      const rig = await aJournal({ disk: new FaultDisk(random) });
      const body = Buffer.alloc(700, 1);
      const ids = [await rig.store({ body })];
      const batch = await rig.journal.append([anEvent({ body }), anEvent({ body }), anEvent({ body })]);
      ids.push(...batch.map((appended) => appended.kind === "stored" ? appended.event.id : ""));
      let moments = 0;
      for (;; moments++) {
        let left = moments;
        rig.disk.cut();
        rig.disk.onChange = () => void (left-- === 0 && rig.disk.cut());
        await rig.reopen().catch(() => {});
        if (left >= 0) break;
      }
      rig.disk.onChange = () => {};
      assert.ok(moments > 5);
      assert.deepEqual(await listed(rig), ids, `seed ${seed}`);
      assert.equal(rig.journal.status().depth, ids.length, `seed ${seed}`);
      assert.deepEqual(rig.journal.status().damage, [], `seed ${seed}`);
    }
  });

  it("gives a freed key to one event only, whatever a failed commit left behind", async () => {
    const rig = await aJournal();
    await rig.store();
    rig.disk.onSync = () => "EIO";
    await assert.rejects(rig.store({ key: "same" }), { code: "ERR_STORE_FAILED" });
    rig.disk.onSync = () => undefined;
    await rig.clock.advance(1000);
    const id = await rig.store({ key: "same" });
    await rig.reopen();
    assert.equal((await listed(rig)).length, 2);
    const [again] = await rig.journal.append([anEvent({ key: "same", receivedAt: rig.clock.now() })]);
    assert.equal(again?.kind === "duplicate" && again.first.event.id, id);
  });

  it("gives ids above all that were given, also when the clock stepped back", async () => {
    const rig = await aJournal();
    const first = await rig.store();
    const second = await rig.store();
    await rig.journal.close();
    await rig.reopen({ clock: fakeClock(rig.clock.now() - HOUR) });
    assert.ok(second > first);
    assert.ok(await rig.store() > second);
  });

  it("tells what it found, once", async () => {
    const signals: Signal[] = [];
    const rig = await aJournal({ emit: (signal) => void signals.push(signal) });
    await rig.store();
    await rig.reopen();
    const recovered = signals.filter(({ kind }) => kind === "store-recovered");
    assert.deepEqual(recovered.map((each) => each.kind === "store-recovered" && each.waiting), [0, 1]);
  });

  it("keeps a second one off its folder, in private files", async () => {
    const options = onDisk();
    const journal = await Journal.open(options);
    await assert.rejects(Journal.open(options), { code: "ERR_STORE_LOCKED" });
    const folder = join(options.folder, "journal");
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, "00000001.seg")).mode & 0o777, 0o600);
    await journal.close();
    await (await Journal.open(options)).close();
    assert.deepEqual(readdirSync(options.folder), ["journal"], "no lock is left");
  });

  it("that fails gives the folder free again", async () => {
    const options = onDisk();
    const folder = join(options.folder, "journal");
    await (await Journal.open(options)).close();
    writeFileSync(join(folder, "00000009.seg"), "SQLite format 3\0".padEnd(4096));
    await assert.rejects(Journal.open(options), { code: "ERR_STORE_FORMAT" });
    rmSync(join(folder, "00000009.seg"));
    await (await Journal.open(options)).close();
  });

  it("takes the folder over from a process that was killed, with all that it acknowledged", async () => {
    const options = onDisk();
    const child = spawn(process.execPath, [...childArguments(), options.folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout, "data") as [Buffer];
    if (existsSync("/proc/self/stat")) await assert.rejects(Journal.open(options), { code: "ERR_STORE_LOCKED" });
    child.kill("SIGKILL");
    await once(child, "exit");
    if (!existsSync("/proc/self/stat")) await options.clock.advance(HOUR);
    const journal = await Journal.open(options);
    assert.equal((await journal.find(line.toString().trim()))?.state, "available");
    await journal.close();
  });
});

/** How this runtime runs the small daemon that stores one event, says its id and waits for its end. */
function childArguments(): string[] {
  const script = "test/fixtures/store/store-and-wait.ts";
  return "Deno" in globalThis ? ["run", "-A", "--no-check", script] : ["--import", "tsx", script];
}
