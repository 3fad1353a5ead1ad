import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BATCH_BYTES_MAX, packRuns, unpackRuns } from "../../src/execute/run-batch.ts";
import { aRequestOf, aRun } from "./a-run.ts";

const sized = (bytes: number, run = 1) => aRun(run, { event: { body: new Uint8Array(bytes).fill(run) } });

describe("a batch of runs", () => {
  it("carries every field of every run, and its body", () => {
    const runs = [
      aRun(1, { dataPointer: undefined }),
      aRun(2, {
        event: { orderingKey: "o", headers: ["A", "b", "é", ""] },
        file: 3,
        attempt: 4,
        timeoutMs: 5,
        dataPointer: "/x",
      }),
      sized(0, 3),
      sized(7, 4),
    ];
    const { batch, next } = packRuns(runs);
    assert.equal(next, 4);
    const crossed = unpackRuns(structuredClone(batch, { transfer: [batch[0]!] }));
    assert.deepEqual(crossed, runs.map(aRequestOf));
  });

  it("needs no buffer where no run has a body", () => {
    const { batch } = packRuns([sized(0)]);
    assert.equal(batch[0], undefined);
    assert.equal(unpackRuns(batch)[0]!.body.length, 0);
  });

  it("copies bodies out of whatever buffer they are in, and leaves that as it is", () => {
    const behind = new Uint8Array(1_000).fill(9);
    const { batch } = packRuns([aRun(1, { event: { body: behind.subarray(10, 20) } })]);
    assert.equal(batch[0]!.byteLength, 10);
    structuredClone(batch, { transfer: [batch[0]!] });
    assert.equal(behind.length, 1_000);
  });

  const bounds: [string, sizes: number[], runs: number[]][] = [
    ["ends where the next body would not fit", [BATCH_BYTES_MAX / 2, BATCH_BYTES_MAX / 2, 1, 1], [2, 2]],
    ["takes one run at least, however large", [BATCH_BYTES_MAX * 3, 1], [1, 1]],
    ["goes on behind a large one that it could not take", [1, BATCH_BYTES_MAX + 1, 1], [1, 1, 1]],
    ["has no bound where there are no bodies", Array.from({ length: 500 }, () => 0), [500]],
  ];
  for (const [what, sizes, expected] of bounds) {
    it(what, () => {
      const runs = sizes.map((bytes) => sized(bytes));
      const found: number[] = [];
      for (let from = 0; from < runs.length;) {
        const { batch, next } = packRuns(runs, from);
        assert.equal(unpackRuns(batch).length, next - from);
        found.push(next - from);
        from = next;
      }
      assert.deepEqual(found, expected);
    });
  }
});
