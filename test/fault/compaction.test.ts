import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { randomFrom } from "../../src/cli/seeded-random.ts";
import type { AttemptRecord } from "../../src/model.ts";
import { aJournal, HOUR, type JournalRig, KEEP } from "../support/a-journal.ts";
import { anEvent } from "../support/an-event.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { FaultDisk } from "../support/fault-disk.ts";

const failure = { code: "Error", message: "no" };

/** What must outlive the segments in which it lies: a retry, a dead event and a hold; and a key in its window. */
interface Kept {
  retrying: string;
  dueAt: number;
  dead: string;
  fresh: string;
}

async function grownOld(): Promise<{ rig: JournalRig; kept: Kept }> {
  // It grows old without compaction, whose commits the clock would run ahead of.
  const rig = await aJournal({ segmentBytes: 300, compactEveryMs: 100 * KEEP });
  const { clock } = rig;
  const retrying = await rig.store({ orderingKey: "r", body: Buffer.alloc(600, 1) });
  const dueAt = clock.now() + 3 * KEEP;
  const attempt: AttemptRecord = { attempt: 1, startedAt: 1, durationMs: 2, outcome: "failed", failure };
  await rig.journal.settle(await rig.claim(), { kind: "retry", at: dueAt, failure }, attempt);
  const dead = await rig.store();
  await rig.settle({ kind: "dead-letter", failure, park: false });
  await rig.journal.archive.hold("events:h", "paused");
  for (let n = 0; n < 3; n++) {
    await rig.store();
    await rig.settle({ kind: "complete", result: "1" });
  }
  await clock.advance(KEEP + HOUR / 2);
  const fresh = await rig.store({ key: "fresh" });
  await rig.settle({ kind: "complete", result: "2" });
  await rig.reopen({ compactEveryMs: HOUR });
  return { rig, kept: { retrying, dueAt, dead, fresh } };
}

/** The medium as it is, on another disk. */
async function copyOf(disk: FaultDisk, random: () => number): Promise<FaultDisk> {
  const copy = new FaultDisk(random);
  for (const path of disk.paths()) {
    await copy.create(path);
    copy.overwrite(path, disk.bytesOf(path));
  }
  await copy.syncFolder("/data/journal");
  return copy;
}

async function check(rig: JournalRig, { retrying, dueAt, dead, fresh }: Kept): Promise<void> {
  const { journal, clock } = rig;
  assert.deepEqual([journal.status().depth, journal.status().damage], [1, []]);
  const found = await journal.find(retrying);
  assert.deepEqual([found?.state, found?.attempts.length, found?.nextAttemptAt], ["retryable", 1, dueAt]);
  assert.equal((await journal.find(dead))?.state, "dead");
  assert.deepEqual([...journal.archive.dead()], [dead]);
  assert.deepEqual((await journal.archive.mailboxes(10)).map(({ key, state }) => [key, state]), [
    ["events:h", "paused"],
    ["events:r", "retryable"],
  ]);
  const [again] = await journal.append([anEvent({ key: "fresh", receivedAt: clock.now(), windowMs: KEEP })]);
  assert.equal(again?.kind === "duplicate" && again.first.event.id, fresh);
  assert.equal(again?.kind === "duplicate" && again.first.result, "2");
}

/** Resolves when the round of compaction that is due within the hour has ended, one way or another. */
async function letCompact(rig: JournalRig): Promise<void> {
  await rig.clock.advance(HOUR);
  // Holds wait for it.
  await rig.journal.archive.hold("events:none", undefined).catch(() => {});
}

describe("compaction", () => {
  it("may lose power before any change that it makes: what must outlive it does, once, in its state", async () => {
    const { rig: source, kept } = await grownOld();
    const startedAt = source.clock.now();
    // The last ones hold what is fresh.
    const old = source.disk.paths().slice(0, 5);
    let moments = 0;
    for (let isDone = false; !isDone; moments++) {
      const disk = await copyOf(source.disk, randomFrom(moments));
      const rig = await aJournal({ disk, clock: fakeClock(startedAt), segmentBytes: 300 });
      let left = moments;
      disk.onChange = () => void (left-- === 0 && disk.cut());
      await letCompact(rig);
      isDone = left >= 0;
      if (isDone) assert.ok(!disk.paths().some((path) => old.includes(path)), "what is old went");
      disk.onChange = () => {};
      // With a clock of its own: that of the dead process goes on trying for ever.
      await rig.reopen({ clock: fakeClock(startedAt + HOUR) });
      await check(rig, kept);
      await letCompact(rig);
      await check(rig, kept);
      await rig.clock.advance(3 * KEEP);
      const delivery = await rig.claim();
      assert.deepEqual([delivery.event.id, delivery.attempt], [kept.retrying, 2]);
      assert.equal(await rig.journal.archive.revive(kept.dead), true);
    }
    assert.ok(moments > 15, `${moments} moments`);
  });

  it("loses a damaged attempt of a waiting event, and not the event", async () => {
    const { rig, kept } = await grownOld();
    const [first] = rig.disk.paths();
    const spoil = (path: string, at: number) => void (rig.disk.bytesOf(path)[at]! ^= 1);
    spoil(rig.disk.paths()[1]!, 120);
    await letCompact(rig);
    assert.ok(!rig.disk.paths().includes(first!));
    assert.equal((await rig.journal.find(kept.retrying))?.event.body.length, 600);
    assert.deepEqual(rig.disk.paths().filter((path) => path.includes("damaged")), []);
  });

  it("keeps the file of an event that cannot be read any more aside: it may be the only trace of it", async () => {
    const { rig } = await grownOld();
    const [first] = rig.disk.paths();
    rig.disk.bytesOf(first!)[200]! ^= 1;
    await letCompact(rig);
    assert.ok(rig.disk.paths().includes(first!.replace("/journal/", "/journal/damaged/")));
  });
});
