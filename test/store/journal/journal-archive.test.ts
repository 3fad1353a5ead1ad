import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aJournal, HOUR, KEEP } from "../../support/a-journal.ts";

const done = { kind: "complete", result: "1" } as const;

describe("the archive of the journal", () => {
  it("lists all that is there while compaction takes what is old", async () => {
    const rig = await aJournal({ segmentBytes: 100, compactEveryMs: KEEP + HOUR });
    for (let n = 0; n < 6; n++) {
      await rig.store();
      await rig.settle(done);
    }
    await rig.clock.advance(KEEP + HOUR / 2);
    const fresh = [];
    for (let n = 0; n < 4; n++) fresh.unshift(await rig.store());
    const before = rig.disk.paths().length;
    rig.disk.onRead = async () => {
      rig.disk.onRead = () => Promise.resolve();
      await rig.clock.advance(HOUR);
      // Holds wait for compaction to end.
      await rig.journal.archive.hold("events:none", undefined);
    };
    const { items, next } = await rig.journal.archive.list({ limit: 100 });
    assert.ok(rig.disk.paths().length < before - 5, "segments went meanwhile");
    assert.deepEqual([items.map(({ event }) => event.id), next], [fresh, undefined]);
  });

  it("reads so much for one page and no more, and the next page goes on from there", async () => {
    const rig = await aJournal({ segmentBytes: 100 });
    const first = await rig.store({ type: "rare" });
    for (let n = 0; n < 300; n++) await rig.store({ type: "common" });
    const page = await rig.journal.archive.list({ type: "rare", limit: 10 });
    assert.deepEqual(page.items, []);
    assert.ok(page.next !== undefined);
    const second = await rig.journal.archive.list({ type: "rare", limit: 10, cursor: page.next });
    assert.deepEqual([second.items.map(({ event }) => event.id), second.next], [[first], undefined]);
  });

  it("holds and frees a mailbox in the order in which it was told to, whatever compaction writes anew", async () => {
    const rig = await aJournal({ segmentBytes: 100 });
    await rig.journal.archive.hold("events:k", "paused");
    for (let n = 0; n < 3; n++) await rig.store();
    await rig.clock.advance(KEEP);
    const freed = rig.journal.archive.hold("events:k", undefined);
    await rig.clock.advance(HOUR);
    await freed;
    await rig.journal.archive.hold("events:none", undefined);
    assert.deepEqual(await rig.journal.archive.mailboxes(10), []);
    await rig.reopen();
    assert.deepEqual(await rig.journal.archive.mailboxes(10), []);
  });

  it("finds an event that waited for long for all of its time after it was settled", async () => {
    const rig = await aJournal({ segmentBytes: 100 });
    const id = await rig.store();
    await rig.clock.advance(KEEP + HOUR);
    await rig.settle(done);
    await rig.clock.advance(KEEP - HOUR);
    for (const reopened of [false, true]) {
      if (reopened) await rig.reopen();
      assert.equal((await rig.journal.find(id))?.state, "completed", `reopened: ${reopened}`);
    }
    await rig.clock.advance(2 * KEEP);
    await rig.store();
    await rig.clock.advance(2 * HOUR);
    await rig.journal.archive.hold("events:none", undefined);
    assert.equal(await rig.journal.find(id), undefined);
  });
});
