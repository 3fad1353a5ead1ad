import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decision, Delivery, NewEvent } from "../../../src/model.ts";
import { Journal } from "../../../src/store/journal/journal.ts";
import { anEvent } from "../../support/an-event.ts";
import { fakeClock, settled } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const HOUR = 3_600_000;
const KEEP = 24 * HOUR;
const failure = { code: "Error", message: "no" };
const done: Decision = { kind: "complete", result: "null" };
const dead: Decision = { kind: "dead-letter", failure, park: false };

/** A journal that begins a new segment for each record unless told otherwise, compacted every hour of its clock. */
async function open({ deadMs = Infinity, segmentBytes = 200 } = {}) {
  const disk = new FaultDisk();
  const clock = fakeClock();
  const retention = { keepMs: KEEP, deadMs };
  const upkeep = { segmentBytes, retention, compactEveryMs: HOUR };
  const options = { folder: "/data", clock, disk, emit: () => {}, cacheEntries: 0, ...upkeep };
  let journal = await Journal.open(options);
  const never = new AbortController().signal;
  const rig = {
    clock,
    get journal() {
      return journal;
    },
    segments: () => disk.paths().filter((path) => path.endsWith(".seg")).map((path) => path.slice(-12, -4)),
    async store(over: Partial<NewEvent> = {}): Promise<string> {
      const event = anEvent({ receivedAt: clock.now(), windowMs: KEEP, ...over });
      const [appended] = await journal.append([event]);
      assert.ok(appended?.kind === "stored");
      return appended.event.id;
    },
    claim: async (): Promise<Delivery> => (await journal.claim(1, never))[0]!,
    settle: async (decision: Decision) => await journal.settle(await rig.claim(), decision),
    /** An event that comes and is done with. */
    async pass(): Promise<void> {
      await rig.store();
      await rig.settle(done);
    },
    async reopen(): Promise<void> {
      await journal.close();
      disk.cut();
      journal = await Journal.open(options);
    },
    /** Lets hours go by, and each round of compaction come to its end. */
    async wait(hours: number): Promise<void> {
      for (let hour = 0; hour < hours; hour++) {
        await clock.advance(HOUR);
        for (let turns = 0; turns < 40; turns++) await settled();
      }
    },
  };
  return rig;
}

describe("compaction", () => {
  it("lets segments go when all in them is settled and old, and not before", async () => {
    const rig = await open();
    const id = await rig.store();
    await rig.settle(done);
    for (let n = 0; n < 3; n++) await rig.pass();
    const before = rig.segments();
    assert.ok(before.length > 2, before.join());
    await rig.wait(KEEP / HOUR - 1);
    assert.deepEqual(rig.segments().slice(0, before.length), before);
    assert.equal((await rig.journal.find(id))?.state, "completed");
    await rig.wait(2);
    assert.ok(rig.segments().every((segment) => !before.includes(segment)));
    assert.equal(await rig.journal.find(id), undefined);
  });

  it("lets go what is old in a segment that is never full, too, while events trickle in and when none come", async () => {
    const rig = await open({ segmentBytes: 1_000_000 });
    const ids: string[] = [];
    for (let hour = 0; hour < 2 * KEEP / HOUR; hour++) {
      await rig.wait(1);
      ids.push(await rig.store());
      await rig.settle(done);
    }
    const kept = async () => (await Promise.all(ids.map((id) => rig.journal.find(id)))).map((record) => record?.state);
    const states = await kept();
    const hoursKept = states.filter((state) => state === "completed").length;
    assert.deepEqual(states, states.map((_, n) => n < states.length - hoursKept ? undefined : "completed"));
    assert.ok(hoursKept >= KEEP / HOUR && hoursKept <= KEEP / HOUR * 9 / 8 + 2, `${hoursKept} hours`);
    assert.deepEqual((await rig.journal.archive.list({ limit: 1000 })).items.length, hoursKept);
    await rig.wait(KEEP / HOUR + 2);
    assert.deepEqual(new Set(await kept()), new Set([undefined]));
    assert.deepEqual((await rig.journal.archive.list({ limit: 1000 })).items, []);
    const last = rig.segments();
    assert.equal(last.length, 1);
    await rig.wait(KEEP / HOUR);
    assert.deepEqual(rig.segments(), last, "a journal without a record is not begun anew");
  });

  it("copies what is not settled forward: the same event, attempts, due time and place in the order", async () => {
    const rig = await open();
    const first = await rig.store({ orderingKey: "k" });
    const second = await rig.store({ orderingKey: "k" });
    const at = rig.clock.now() + 3 * KEEP;
    const attempt = { attempt: 1, startedAt: 1, durationMs: 2, outcome: "failed", failure, nextAttemptAt: at } as const;
    await rig.journal.settle(await rig.claim(), { kind: "retry", at, failure }, attempt);
    const before = await rig.journal.find(first);
    await rig.wait(KEEP / HOUR + 1);
    for (const reopened of [false, true]) {
      if (reopened) await rig.reopen();
      assert.ok(!rig.segments().includes("00000001"), rig.segments().join());
      assert.deepEqual(await rig.journal.find(first), before, `reopened: ${reopened}`);
      assert.equal((await rig.journal.find(second))?.state, "available");
    }
    await rig.wait(2 * KEEP / HOUR);
    const head = await rig.claim();
    assert.deepEqual([head.event.id, head.attempt], [first, 2]);
    await rig.journal.settle(head, done);
    assert.equal((await rig.claim()).event.id, second);
  });

  it("keeps the dead, to be revived", async () => {
    const rig = await open();
    const id = await rig.store();
    await rig.settle(dead);
    await rig.pass();
    await rig.wait(KEEP / HOUR + 1);
    await rig.reopen();
    assert.ok(!rig.segments().includes("00000001"), rig.segments().join());
    assert.equal((await rig.journal.find(id))?.state, "dead");
    assert.equal(await rig.journal.archive.revive(id), true);
    const delivery = await rig.claim();
    assert.deepEqual([delivery.event.id, delivery.attempt, delivery.generation], [id, 1, 1]);
  });

  it("forgets the dead when they are older than retention.dead says", async () => {
    const rig = await open({ deadMs: HOUR });
    const id = await rig.store();
    await rig.settle(dead);
    await rig.pass();
    await rig.wait(KEEP / HOUR + 1);
    assert.equal(await rig.journal.find(id), undefined);
    assert.equal(await rig.journal.archive.revive(id), false);
  });

  it("keeps holds", async () => {
    const rig = await open();
    await rig.journal.archive.hold("events:k", "paused");
    await rig.pass();
    const held = await rig.store({ orderingKey: "k" });
    await rig.wait(KEEP / HOUR + 1);
    await rig.reopen();
    assert.ok(!rig.segments().includes("00000001"), rig.segments().join());
    assert.deepEqual((await rig.journal.archive.mailboxes(10)).map(({ key, state }) => [key, state]), [
      ["events:k", "paused"],
    ]);
    assert.equal((await rig.journal.find(held))?.state, "available");
  });

  it("moves what waits in many segments, some of it settled while they are gone through", async () => {
    const rig = await open();
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) ids.push(await rig.store({ orderingKey: `k${n}` }));
    const deadId = ids[3]!;
    for (let n = 0; n < 3; n++) await rig.settle(done);
    await rig.settle(dead);
    const old = rig.segments();
    await rig.clock.advance((KEEP / HOUR) * HOUR);
    const settling = (async () => {
      for (let n = 4; n < 7; n++) {
        await rig.settle(n === 5 ? dead : done);
        await settled();
      }
    })();
    await rig.wait(1);
    await settling;
    await rig.wait(KEEP / HOUR + 2);
    assert.ok(!rig.segments().some((segment) => old.includes(segment)), rig.segments().join());
    for (const reopened of [false, true]) {
      if (reopened) await rig.reopen();
      const states = await Promise.all(ids.map(async (id) => (await rig.journal.find(id))?.state));
      assert.deepEqual(states.slice(7), Array.from({ length: 5 }, () => "available"));
      assert.deepEqual([states[3], states[5]], ["dead", "dead"]);
      assert.deepEqual([...rig.journal.archive.dead()].sort(), [deadId, ids[5]!].sort());
    }
  });

  it("waits for what is running", async () => {
    const rig = await open();
    const id = await rig.store();
    const delivery = await rig.claim();
    for (let n = 0; n < 2; n++) await rig.pass();
    await rig.wait(KEEP / HOUR + 1);
    assert.ok(rig.segments().includes("00000001"));
    await rig.journal.settle(delivery, done);
    assert.equal((await rig.journal.find(id))?.state, "completed");
    // It stays listed from its settlement on.
    await rig.wait(KEEP / HOUR - 1);
    assert.ok(rig.segments().includes("00000001"));
    await rig.wait(2);
    assert.ok(!rig.segments().includes("00000001"));
  });
});
