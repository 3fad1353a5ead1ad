import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decision } from "../../../src/model.ts";
import { anEvent } from "../../support/an-event.ts";
import { aJournal, KEEP } from "../../support/a-journal.ts";

const failure = { code: "Error", message: "no" };

/** An event at rest, whose next read from the disk waits for `release`; nothing of it is in the cache. */
async function atRest() {
  const rig = await aJournal({ cacheEntries: 10 });
  const event = { key: "same", receivedAt: rig.clock.now(), windowMs: KEEP };
  const id = await rig.store(event);
  await rig.journal.close();
  await rig.reopen();
  const delivery = await rig.claim();
  let release = () => {};
  let reading = () => {};
  const isReading = new Promise<void>((resolve) => reading = resolve);
  const gate = new Promise<void>((resolve) => release = resolve);
  rig.disk.onRead = () => {
    reading();
    return gate;
  };
  const append = async () => (await rig.journal.append([anEvent(event)]))[0]!;
  return { rig, id, delivery, append, isReading, release };
}

describe("the look-up of a key", () => {
  const settled: [decision: Decision, state: string | undefined][] = [
    [{ kind: "complete", result: "1" }, "completed"],
    [{ kind: "dead-letter", failure, park: false }, "dead"],
    [{ kind: "fail", failure }, undefined],
  ];
  for (const [decision, state] of settled) {
    it(`tells and keeps no answer that ended while it was read: ${decision.kind}`, async () => {
      const { rig, id, delivery, append, isReading, release } = await atRest();
      const during = append();
      await isReading;
      await rig.journal.settle(delivery, decision);
      rig.disk.onRead = () => Promise.resolve();
      release();
      for (const answer of [await during, await append()]) {
        if (state === undefined) continue;
        assert.equal(answer.kind === "duplicate" && answer.first.state, state);
        assert.equal(answer.kind === "duplicate" && answer.first.event.id, id);
      }
      assert.equal((await during).kind, state === undefined ? "stored" : "duplicate", "a freed key is free at once");
    });
  }

  it("comes from the cache when the answer was asked for before, and from the records when it was not", async () => {
    const { rig, append, release } = await atRest();
    rig.disk.onRead = () => Promise.resolve();
    release();
    assert.equal((await append()).kind, "duplicate");
    assert.deepEqual(rig.journal.status().idempotency, { entries: 1, cacheHits: 0 });
    assert.equal((await append()).kind, "duplicate");
    assert.deepEqual(rig.journal.status().idempotency, { entries: 1, cacheHits: 1 });
  });
});
