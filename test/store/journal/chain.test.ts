import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AttemptRecord, Decision } from "../../../src/model.ts";
import { readChain, toRecord } from "../../../src/store/journal/chain.ts";
import { SEGMENT_HEADER_BYTES } from "../../../src/store/journal/frame.ts";
import { type Position, positionOf } from "../../../src/store/journal/position.ts";
import { scanFrames } from "../../../src/store/journal/scan.ts";
import { Segments } from "../../../src/store/journal/segments.ts";
import { aJournal, segmentName } from "../../support/a-journal.ts";

const failure = { code: "Error", message: "no" };

/** One event that is settled in so many ways, one after the other; where its records lie. */
async function written(decisions: readonly (Decision | "revive")[]) {
  const rig = await aJournal();
  const id = await rig.store();
  for (const decision of decisions) {
    if (decision === "revive") {
      await rig.journal.archive.revive(id);
      continue;
    }
    const delivery = await rig.claim();
    const outcome = decision.kind === "complete" ? "ok" : "failed";
    const attempt: AttemptRecord = { attempt: delivery.attempt, startedAt: 1, durationMs: 2, outcome };
    await rig.journal.settle(delivery, decision, attempt);
  }
  const { disk } = rig;
  const end = disk.bytesOf(segmentName(1)).length;
  const file = await disk.open(segmentName(1));
  const positions: Position[] = [];
  const range = { segment: 1, from: SEGMENT_HEADER_BYTES, to: end };
  await scanFrames(file, range, (_, offset) => void positions.push(positionOf(1, offset)));
  const segments = new Segments(disk, "/data/journal");
  segments.add({ number: 1, end, newestAt: 0 });
  const spoil = (record: number) => {
    const bytes = disk.bytesOf(segmentName(1));
    bytes[positions[record]! % 2 ** 32 + 20]! ^= 1;
  };
  return { id, segments, positions, spoil, now: rig.clock.now() };
}

const retry: Decision = { kind: "retry", at: 0, failure };
const dead: Decision = { kind: "dead-letter", failure, park: false };
const done: Decision = { kind: "complete", result: "1" };

describe("a chain of records", () => {
  const cases: [
    what: string,
    decisions: (Decision | "revive")[],
    state: string,
    attempts: number,
    generation: number,
  ][] = [
    ["an event alone", [], "available", 0, 0],
    ["one that failed", [retry, retry], "retryable", 2, 0],
    ["one that is done", [retry, done], "completed", 2, 0],
    ["one that is dead", [dead], "dead", 1, 0],
    ["one whose failure the sender was told", [{ kind: "fail", failure }], "dead", 1, 0],
    ["one that came back", [dead, "revive"], "available", 1, 1],
    ["one that died again", [dead, "revive", retry, dead], "dead", 3, 1],
  ];
  for (const [what, decisions, state, attempts, generation] of cases) {
    it(`tells all of ${what}`, async () => {
      const { id, segments, positions } = await written(decisions);
      const record = toRecord((await readChain(segments, positions.at(-1)!))!, false);
      assert.equal(record.event.id, id);
      assert.deepEqual([record.state, record.attempts.length, record.generation], [state, attempts, generation]);
    });
  }

  it("leaves out a record in between that is damaged", async () => {
    const { segments, positions, spoil } = await written([retry, retry, done]);
    spoil(1);
    const record = toRecord((await readChain(segments, positions.at(-1)!))!, false);
    assert.deepEqual([record.state, record.result, record.attempts.map(({ attempt }) => attempt)], ["completed", "1", [
      2,
      3,
    ]]);
    spoil(2);
    assert.equal(toRecord((await readChain(segments, positions.at(-1)!))!, false).attempts.length, 1);
  });

  it("is none when its first or its last record is damaged, or its segment is gone", async () => {
    for (const record of [0, 2]) {
      const { segments, positions, spoil } = await written([retry, done]);
      spoil(record);
      assert.equal(await readChain(segments, positions.at(-1)!), undefined);
    }
    const { segments } = await written([]);
    assert.equal(await readChain(segments, positionOf(9, 80)), undefined);
  });
});
