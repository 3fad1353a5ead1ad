import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sealFrame } from "../../../src/store/journal/frame.ts";
import { JournalState } from "../../../src/store/journal/journal-state.ts";
import { decodeDetail, decodeEntry } from "../../../src/store/journal/records.ts";
import { FaultDisk } from "../../support/fault-disk.ts";
import { Segments } from "../../../src/store/journal/segments.ts";
import { encodeSettlement, firstAfter, type Settled } from "../../../src/store/journal/settlement-record.ts";
import { aDelivery } from "../../support/an-event.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const failure = { code: "Error", message: "no luck" };
const attempt = { attempt: 2, startedAt: 1, durationMs: 2, outcome: "failed" as const, failure };

function settle(decision: Settled) {
  const clock = fakeClock();
  const state = new JournalState({ segments: new Segments(new FaultDisk(), "/data"), seed: 1, keepMs: 1000 });
  const row = {
    event: 40,
    frameBytes: 10,
    last: 90,
    hash: 7,
    mailbox: 3,
    seq: 1,
    receivedAt: 0,
    charged: 1,
    generation: 2,
  };
  const slot = state.waiting.add(row);
  const { event } = aDelivery();
  const { frame } = encodeSettlement({ state, clock }, { claim: { slot, event }, decision, attempt });
  sealFrame(frame, { segment: 1, commit: 40 });
  return { entry: decodeEntry(frame), detail: decodeDetail(frame), now: clock.now(), id: event.id };
}

describe("the record of a decision", () => {
  const cases: [decision: Settled, kind: string, dead: boolean, freed: boolean][] = [
    [{ kind: "complete", result: '"done"' }, "outcome", false, false],
    [{ kind: "dead-letter", failure, park: true }, "outcome", true, false],
    [{ kind: "fail", failure }, "outcome", false, true],
    [{ kind: "retry", at: 5000, failure }, "attempt", false, false],
  ];
  for (const [decision, kind, dead, freed] of cases) {
    it(`${decision.kind} is an ${kind} that charges one and points back`, () => {
      const { entry, detail, now, id } = settle(decision);
      const at = decision.kind === "retry" ? 5000 : now;
      const points = { event: 40, previous: 90, hash: 7, mailbox: 3 };
      assert.deepEqual(entry, { kind, id, ...points, at, charged: 2, generation: 2, dead, freed });
      assert.deepEqual(detail, { attempt, ...(decision.kind === "complete" ? { result: '"done"' } : { failure }) });
    });
  }

  it("is what a duplicate is told from then on", () => {
    const { event } = aDelivery();
    const told = (decision: Settled) => firstAfter(event, decision);
    const about = { event: { id: event.id, type: event.type } };
    assert.deepEqual(told({ kind: "complete", result: "1" }), { ...about, state: "completed", result: "1" });
    assert.deepEqual(told({ kind: "retry", at: 1, failure }), { ...about, state: "retryable", failure });
    assert.deepEqual(told({ kind: "dead-letter", failure, park: false }), { ...about, state: "dead", failure });
    assert.equal(told({ kind: "fail", failure }), undefined, "the key is free");
  });
});
