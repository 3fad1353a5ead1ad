import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decision, Delivery, NewEvent } from "../../../src/model.ts";
import { Journal } from "../../../src/store/journal/journal.ts";
import { anEvent } from "../../support/an-event.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const HOUR = 3_600_000;
const KEEP = 24 * HOUR;
const failure = { code: "Error", message: "no" };
const done: Decision = { kind: "complete", result: "null" };
const dead: Decision = { kind: "dead-letter", failure, park: false };

/** A journal whose segments hold about two events each, compacted every minute of its clock. */
async function open({ deadMs = Infinity } = {}) {
  const disk = new FaultDisk();
  const clock = fakeClock();
  const retention = { keepMs: KEEP, deadMs };
  const options = { folder: "/data", clock, disk, emit: () => {}, cacheEntries: 0, segmentBytes: 800, retention };
  let journal = await Journal.open(options);
  const never = new AbortController().signal;
  return {
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
    async settleAll(decision: Decision): Promise<void> {
      while (journal.status().depth > journal.status().running) {
        for (const delivery of await journal.claim(10, never)) await journal.settle(delivery, decision);
      }
    },
    async reopen(): Promise<void> {
      await journal.close();
      disk.cut();
      journal = await Journal.open(options);
    },
  };
}

type Rig = Awaited<ReturnType<typeof open>>;

/** Lets so much time go by, with fresh events in between, that all that may go is gone. */
async function growOld(rig: Rig): Promise<void> {
  await rig.clock.advance(KEEP + HOUR);
  for (let n = 0; n < 4; n++) await rig.store();
  await rig.clock.advance(HOUR);
}

describe("compaction", () => {
  it("lets segments go when all in them is settled and old, and not an hour before", async () => {
    const rig = await open();
    const ids = [await rig.store(), await rig.store(), await rig.store()];
    await rig.settleAll(done);
    const before = rig.segments();
    assert.ok(before.length > 2);
    await rig.clock.advance(KEEP - HOUR);
    assert.deepEqual(rig.segments().slice(0, before.length), before);
    for (const id of ids) assert.ok(await rig.journal.find(id));
    await growOld(rig);
    assert.deepEqual(rig.segments().filter((name) => before.slice(0, -1).includes(name)), []);
    for (const id of ids) assert.equal(await rig.journal.find(id), undefined);
  });

  it("copies what is not settled forward: the same event, attempts and due time, in its place in the order", async () => {
    const rig = await open();
    const first = await rig.store({ orderingKey: "k" });
    const second = await rig.store({ orderingKey: "k" });
    const at = rig.clock.now() + 3 * KEEP;
    const attempt = { attempt: 1, startedAt: 1, durationMs: 2, outcome: "failed", failure, nextAttemptAt: at } as const;
    await rig.journal.settle(await rig.claim(), { kind: "retry", at, failure }, attempt);
    const before = await rig.journal.find(first);
    await growOld(rig);
    for (const reopened of [false, true]) {
      if (reopened) await rig.reopen();
      assert.ok(!rig.segments().includes("00000001"));
      assert.deepEqual(await rig.journal.find(first), before, `reopened: ${reopened}`);
      assert.equal((await rig.journal.find(second))?.state, "available");
    }
    await rig.settleAll(done);
    await rig.clock.advance(3 * KEEP);
    const head = await rig.claim();
    assert.deepEqual([head.event.id, head.attempt], [first, 2]);
    await rig.journal.settle(head, done);
    assert.equal((await rig.claim()).event.id, second);
  });

  it("keeps the dead for ever, to be revived, while their letters are open", async () => {
    const rig = await open();
    const id = await rig.store();
    await rig.settleAll(dead);
    await growOld(rig);
    await rig.settleAll(done);
    await rig.reopen();
    assert.equal((await rig.journal.find(id))?.state, "dead");
    assert.equal(await rig.journal.archive.revive(id), true);
    const delivery = await rig.claim();
    assert.deepEqual([delivery.event.id, delivery.attempt, delivery.generation], [id, 1, 1]);
  });

  it("forgets the dead when they are older than retention.dead says", async () => {
    const rig = await open({ deadMs: HOUR });
    const id = await rig.store();
    await rig.settleAll(dead);
    await growOld(rig);
    assert.equal(await rig.journal.find(id), undefined);
    assert.equal(await rig.journal.archive.revive(id), false);
  });

  it("keeps holds", async () => {
    const rig = await open();
    await rig.journal.archive.hold("events:k", "paused");
    const held = await rig.store({ orderingKey: "k" });
    await growOld(rig);
    await rig.reopen();
    await rig.settleAll(done).catch(() => {});
    assert.equal((await rig.journal.find(held))?.state, "available");
    assert.equal((await rig.journal.archive.mailboxes(10))[0]?.state, "paused");
  });

  it("waits for what is running", async () => {
    const rig = await open();
    const id = await rig.store();
    const delivery = await rig.claim();
    await growOld(rig);
    assert.ok(rig.segments().includes("00000001"));
    await rig.journal.settle(delivery, done);
    assert.equal((await rig.journal.find(id))?.state, "completed");
    await growOld(rig);
    assert.ok(!rig.segments().includes("00000001"));
  });
});
