import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { randomFrom } from "../../../src/cli/seeded-random.ts";
import type { Signal } from "../../../src/ports.ts";
import { aJournal, type JournalRig, segmentName } from "../../support/a-journal.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const failure = { code: "Error", message: "no" };

function summaryName(number: number): string {
  return segmentName(number).replace(".seg", ".sum");
}

function summariesOf(disk: FaultDisk): string[] {
  return disk.paths().filter((path) => path.endsWith(".sum"));
}

/** Time enough for the sweep to come to its end. */
async function sweep(rig: JournalRig): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await rig.clock.advance(500);
}

/** A journal of some segments, with events in every state. */
async function written(options: { disk?: FaultDisk; emit?: (signal: Signal) => void } = {}): Promise<JournalRig> {
  const rig = await aJournal({ segmentBytes: 500, ...options });
  for (let n = 0; n < 4; n++) await rig.store({ body: Buffer.alloc(100 * n, n), orderingKey: `o${n}` });
  await rig.settle({ kind: "complete", result: "1" });
  await rig.settle({ kind: "retry", at: rig.clock.now() + 1e9, failure });
  await rig.settle({ kind: "dead-letter", failure, park: true });
  await rig.store();
  await rig.store();
  return rig;
}

/** All that a restart may not change. */
async function told({ journal }: JournalRig) {
  const { items } = await journal.archive.list({ limit: 1000 });
  const { depth, damage, oldestReceivedAt, mailboxes } = journal.status();
  const dead = [...journal.archive.dead()];
  return { items, dead, boxes: await journal.archive.mailboxes(10), depth, damage, oldestReceivedAt, mailboxes };
}

/** Opens it and says what is read of each segment file while it opens. */
async function reopened(rig: JournalRig) {
  const reads = new Map<string, number>();
  rig.disk.onRead = (path) => Promise.resolve(void reads.set(path, (reads.get(path) ?? 0) + 1));
  await rig.reopen();
  rig.disk.onRead = () => Promise.resolve();
  return { told: await told(rig), reads };
}

describe("the sweep of sealed segments", () => {
  it("writes summaries, from which a start takes all that it took from the segments", async () => {
    const rig = await written();
    const before = await told(rig);
    await rig.journal.close();
    assert.deepEqual(summariesOf(rig.disk), []);
    assert.deepEqual((await reopened(rig)).told, before);
    await sweep(rig);
    assert.ok(summariesOf(rig.disk).length > 2);
    await rig.journal.close();
    const again = await reopened(rig);
    assert.deepEqual(again.told, before);
    assert.equal(again.reads.get(segmentName(1)), 2, "its header and the first bytes of its last frame");
    assert.ok(again.reads.get(summaryName(1)));
  });

  it("writes one for a segment that is sealed while the daemon runs", async () => {
    const rig = await written();
    await sweep(rig);
    const before = summariesOf(rig.disk).length;
    for (let n = 0; n < 4; n++) await rig.store({ body: Buffer.alloc(600) });
    await sweep(rig);
    assert.ok(summariesOf(rig.disk).length > before);
    assert.ok(!summariesOf(rig.disk).includes(summaryName(Number(rig.disk.paths().at(-1)!.slice(-12, -4)))));
  });

  it("may lose power at any moment: what is half done counts as not done", async () => {
    for (let seed = 1; seed <= 4; seed++) {
      for (let moments = 0;; moments++) {
        const rig = await written({ disk: new FaultDisk(randomFrom(seed)) });
        const before = await told(rig);
        let left = moments;
        rig.disk.onChange = () => void (left-- === 0 && rig.disk.cut());
        await sweep(rig);
        rig.disk.onChange = () => {};
        rig.disk.cut();
        assert.deepEqual((await reopened(rig)).told, before, `seed ${seed}, power lost before change ${moments}`);
        if (left >= 0) break;
      }
    }
  });

  const spoilt: [what: string, spoil: (bytes: Buffer, disk: FaultDisk) => Buffer][] = [
    ["empty", () => Buffer.alloc(0)],
    ["torn", (bytes) => bytes.subarray(0, -1)],
    ["full of zeros", (bytes) => Buffer.alloc(bytes.length)],
    ["of another segment", (_, disk) => disk.bytesOf(summaryName(2))],
    ["no file of hookd", () => Buffer.from("summary\n".repeat(100))],
  ];
  for (const [what, spoil] of spoilt) {
    it(`trusts no summary that is ${what}, and writes it anew`, async () => {
      const rig = await written();
      const before = await told(rig);
      await sweep(rig);
      await rig.journal.close();
      const right = Buffer.from(rig.disk.bytesOf(summaryName(1)));
      rig.disk.overwrite(summaryName(1), spoil(right, rig.disk));
      assert.deepEqual((await reopened(rig)).told, before);
      await sweep(rig);
      assert.deepEqual(rig.disk.bytesOf(summaryName(1)), right);
    });
  }

  it("trusts no bit of one that is changed", async () => {
    const rig = await written();
    const before = await told(rig);
    await sweep(rig);
    await rig.journal.close();
    const right = Buffer.from(rig.disk.bytesOf(summaryName(1)));
    for (let at = 0; at < right.length; at += 7) {
      const bytes = Buffer.from(right);
      bytes[at]! ^= 1 << (at & 7);
      rig.disk.overwrite(summaryName(1), bytes);
      const { told: found, reads } = await reopened(rig);
      assert.deepEqual(found, before, `byte ${at}`);
      assert.equal(reads.get(segmentName(1)), 2, "the header and all behind it");
      await rig.journal.close();
    }
  });

  it("trusts no summary of another journal whose segment has the same number and length", async () => {
    const other = await written();
    await sweep(other);
    const rig = await written();
    const before = await told(rig);
    await sweep(rig);
    await rig.journal.close();
    const [own, strange] = [rig, other].map(({ disk }) => disk.bytesOf(summaryName(1)));
    assert.equal(own!.length, strange!.length);
    rig.disk.overwrite(summaryName(1), strange!);
    assert.deepEqual((await reopened(rig)).told, before);
    // The same seed, as in a copy that went its own way: the last frame tells them apart.
    const seeds = Buffer.from(strange!);
    own!.copy(seeds, 24, 24, 28);
    await rig.journal.close();
    rig.disk.overwrite(summaryName(1), seeds);
    assert.deepEqual((await reopened(rig)).told, before);
  });

  it("trusts no summary of a segment that ends earlier now: what was behind that end was written again elsewhere", async () => {
    const rig = await aJournal({ segmentBytes: 500 });
    for (let n = 0; n < 4; n++) await rig.store({ body: Buffer.alloc(200, n) });
    await sweep(rig);
    await rig.journal.close();
    const last = rig.disk.paths().filter((path) => path.endsWith(".seg")).at(-1)!;
    const { items: [lost] } = await rig.journal.archive.list({ limit: 1 });
    await rig.disk.remove(last);
    await rig.reopen();
    const before = await told(rig);
    assert.ok(!before.items.some(({ event }) => event.id === lost!.event.id));
    await rig.journal.close();
    assert.ok(summariesOf(rig.disk).length > 0);
    assert.deepEqual((await reopened(rig)).told, before);
  });

  it("finds damage behind a summary, reports it once, keeps the file aside, and lets the next start read it", async () => {
    const signals: Signal[] = [];
    const rig = await written({ emit: (signal) => void signals.push(signal) });
    await sweep(rig);
    await rig.journal.close();
    const bytes = Buffer.from(rig.disk.bytesOf(segmentName(1)));
    bytes[200]! ^= 1;
    rig.disk.overwrite(segmentName(1), bytes);
    await rig.reopen();
    assert.deepEqual(rig.journal.status().damage, [], "a start does not read it");
    await sweep(rig);
    const { damage } = rig.journal.status();
    assert.match(damage.join(), /^00000001\.seg: bytes 80 to \d+$/);
    const failed = signals.filter(({ kind }) => kind === "store-failed");
    assert.equal(failed.length, 1);
    assert.match(JSON.stringify(failed), /ERR_STORE_DAMAGED.*00000001\.seg: bytes 80 to/);
    assert.deepEqual(rig.disk.bytesOf(segmentName(1).replace("/journal/", "/journal/damaged/")), bytes);
    await rig.journal.close();
    await rig.reopen();
    assert.deepEqual(rig.journal.status().damage, damage);
    await sweep(rig);
    assert.deepEqual(rig.journal.status().damage, damage, "it is told once");
    assert.ok(!rig.disk.paths().includes(summaryName(1)));
  });

  it("goes on without a word when the disk refuses a summary", async () => {
    const signals: Signal[] = [];
    const rig = await written({ emit: (signal) => void signals.push(signal) });
    rig.disk.onWrite = (path) => path.endsWith(".sum") ? { fault: "ENOSPC", written: 10 } : undefined;
    const before = await told(rig);
    await sweep(rig);
    assert.deepEqual(signals.filter(({ kind }) => kind === "store-failed"), []);
    await rig.store();
    await rig.journal.close();
    await rig.reopen();
    assert.equal((await told(rig)).depth, before.depth + 1);
  });

  it("removes the summaries of segments that are gone", async () => {
    const rig = await written();
    await rig.disk.create(summaryName(999));
    await rig.journal.close();
    await rig.reopen();
    await sweep(rig);
    assert.ok(!rig.disk.paths().includes(summaryName(999)));
  });

  it("touches nothing any more once the journal is closed", async () => {
    for (const after of [0, 1000, 1020, 1040, 1060, 1080]) {
      const rig = await written();
      await rig.clock.advance(after);
      await rig.journal.close();
      let touched = 0;
      rig.disk.onChange = () => void (touched += 1);
      rig.disk.onRead = () => Promise.resolve(void (touched += 1));
      await sweep(rig);
      assert.equal(touched, 0, `closed after ${after} ms`);
    }
  });
});
