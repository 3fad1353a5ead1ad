import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { momentOf } from "../../../src/store/event-id.ts";
import { JournalState } from "../../../src/store/journal/journal-state.ts";
import { type Position, positionOf } from "../../../src/store/journal/position.ts";
import type { EventEntry, StepEntry } from "../../../src/store/journal/records.ts";
import { Segments } from "../../../src/store/journal/segments.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const KEEP = 8000;
const HASH = 5;
const ids = ["018bcfe5-6800-7000-8000-000000000001", "018bcfe5-6800-7001-8000-000000000002"];

/** The state of a journal in which these segments are still there. */
function aState(...segments: number[]) {
  const list = new Segments(new FaultDisk(), "/journal");
  for (const number of segments) list.add({ number, end: 100_000, newestAt: 0 });
  const state = new JournalState({ segments: list, seed: 1, keepMs: KEEP });
  const apply = (entry: EventEntry | StepEntry, position: Position) =>
    state.apply(entry, { position, frameBytes: 100 });
  const waiting = () => [...state.waiting.oldestFirst()].map((slot) => state.waiting.last[slot]);
  const candidates = (hash = HASH) => state.keys.candidates(hash, 9);
  return { state, apply, waiting, candidates };
}

function anEntry(over: Partial<EventEntry> = {}): EventEntry {
  const counts = { hash: HASH, seq: 1, receivedAt: 1000, charged: 0, generation: 0, dueAt: 0, mailbox: 0 };
  return { kind: "event", id: ids[0]!, ...counts, from: 0, dead: false, ...over };
}

function aStep(kind: StepEntry["kind"], event: Position, over: Partial<StepEntry> = {}): StepEntry {
  const counts = { hash: HASH, charged: 1, generation: 0, mailbox: 0 };
  return { kind, id: ids[0]!, ...counts, event, previous: event, at: 2000, dead: false, freed: false, ...over };
}

const at = (segment: number, offset = 80) => positionOf(segment, offset);

describe("the state of a journal", () => {
  it("follows an event from record to record, in one row and one entry of the index", () => {
    const { apply, waiting, candidates } = aState(1);
    apply(anEntry(), at(1));
    apply(aStep("attempt", at(1)), at(1, 200));
    assert.deepEqual([waiting(), candidates()], [[at(1, 200)], [at(1, 200)]]);
    apply(aStep("outcome", at(1), { previous: at(1, 200) }), at(1, 300));
    assert.deepEqual([waiting(), candidates()], [[], [at(1, 300)]]);
  });

  it("does so across a record that is missing because it was damaged", () => {
    const { apply, waiting, candidates } = aState(1);
    apply(anEntry(), at(1));
    apply(aStep("outcome", at(1), { previous: at(1, 200) }), at(1, 300));
    assert.deepEqual([waiting(), candidates()], [[], [at(1, 300)]], "no entry leads to the event as it was before");
  });

  it("has an event that came back once, also when the record of its death is damaged", () => {
    const { state, apply, waiting, candidates } = aState(1);
    const slot = apply(anEntry(), at(1));
    const revived = apply(aStep("revive", at(1), { previous: at(1, 200), charged: 0, generation: 1 }), at(1, 300));
    assert.equal(revived, slot);
    assert.deepEqual([waiting(), candidates(), state.waiting.generation[slot!]], [[at(1, 300)], [at(1, 300)], 1]);
  });

  it("takes a copy for the event itself, wherever it waits and whatever it has been through", () => {
    const { state, apply, waiting } = aState(1, 2);
    const slot = apply(anEntry(), at(1));
    apply(aStep("attempt", at(1)), at(1, 200));
    assert.equal(apply(anEntry({ from: at(1), charged: 1, hash: 9 }), at(2)), slot);
    assert.deepEqual([waiting(), state.waiting.event[slot!], state.waiting.hash[slot!]], [[at(2)], at(2), 9]);
    apply(aStep("outcome", at(2), { hash: 9 }), at(2, 200));
    assert.equal(state.waiting.size, 0);
  });

  it("puts a copy whose original is gone where its event was in the order", () => {
    const { state, apply } = aState(2);
    apply(anEntry({ id: ids[1]!, seq: 7 }), at(2));
    apply(anEntry({ seq: 3, from: at(1) }), at(2, 200));
    state.recovered(() => undefined);
    assert.deepEqual(state.mailboxes.take(2, 0).map((slot) => state.waiting.seq[slot]), [3, 7]);
  });

  it("takes no notice of the end of an event that compaction took", () => {
    const { state, apply } = aState(2);
    apply(aStep("outcome", at(1), { dead: true }), at(2));
    assert.deepEqual([...state.dead.keys()], [], "it cannot be revived");
    apply(aStep("revive", at(1), { previous: at(2) }), at(2, 200));
    assert.equal(state.waiting.size, 0, "there is nothing to run");
    apply(anEntry({ from: at(1), dead: true }), at(2, 300));
    assert.deepEqual([...state.dead.keys()], [ids[0]], "but for its copy");
  });

  it("does not bring back to the dead what was forgotten while it was copied", () => {
    const { state, apply } = aState(1, 2);
    apply(anEntry(), at(1));
    apply(aStep("outcome", at(1), { dead: true }), at(1, 200));
    state.recovered(() => undefined);
    assert.deepEqual(state.dead.get(ids[0]!), { hash: HASH, event: at(1), last: at(1, 200) });
    apply(anEntry({ from: at(1), dead: true, hash: 9 }), at(2));
    assert.deepEqual(state.dead.get(ids[0]!), { hash: 9, event: at(2), last: at(2) });
    state.dead.delete(ids[0]!);
    apply(anEntry({ from: at(2), dead: true, hash: 9 }), at(2, 200));
    assert.equal(state.dead.size, 0);
  });

  it("keeps unsettled and dead events in the index for ever, and others for their time after they were settled", async () => {
    const { state, apply, candidates } = aState(1);
    apply(anEntry({ hash: 1 }), at(1));
    apply(anEntry({ id: ids[1]!, hash: 2 }), at(1, 200));
    apply(aStep("outcome", at(1, 200), { id: ids[1]!, hash: 2, dead: true }), at(1, 300));
    apply(anEntry({ hash: 3 }), at(1, 400));
    const late = KEEP - 1;
    apply(aStep("outcome", at(1, 400), { hash: 3, at: late }), at(1, 500));
    await state.dropExpiredKeys(late + KEEP);
    assert.deepEqual([candidates(1), candidates(2), candidates(3)], [[at(1)], [at(1, 300)], [at(1, 500)]]);
    await state.dropExpiredKeys(late + 3 * KEEP);
    assert.deepEqual([candidates(1), candidates(2), candidates(3)], [[at(1)], [at(1, 300)], []]);
  });

  it("knows until when each segment is of interest: the last receipt or end of what is in it", () => {
    const { state, apply } = aState(1, 2);
    apply(anEntry({ receivedAt: 1000 }), at(1));
    apply(aStep("attempt", at(1), { at: 9_000_000 }), at(2));
    assert.deepEqual(state.segments.list.map(({ newestAt }) => newestAt), [1000, 0], "a due time is no such time");
    apply(aStep("outcome", at(1), { previous: at(2), at: 5000 }), at(2, 200));
    assert.deepEqual(state.segments.list.map(({ newestAt }) => newestAt), [5000, 5000]);
  });

  it("goes on with ids above all that were given", () => {
    for (const [first, second] of [[ids[0]!, ids[1]!], [ids[1]!, ids[0]!]] as const) {
      const { state } = aState(1);
      for (const { ms, counter } of [momentOf(first), momentOf(second)]) state.sawId(ms, counter);
      state.recovered(() => undefined);
      assert.ok(state.ids.next(0) > ids[1]!);
    }
  });
});
