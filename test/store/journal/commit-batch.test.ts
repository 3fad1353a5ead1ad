import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { type Entered, framesOf, takeBatch, tell } from "../../../src/store/journal/commit-batch.ts";
import type { Position } from "../../../src/store/journal/position.ts";

function entered(frameBytes: readonly number[], told: Position[][] = []): Entered {
  const frames = frameBytes.map((bytes) => Buffer.alloc(bytes));
  return { frames, onDurable: (positions) => void told.push(positions), onFailed: () => {} };
}

describe("a batch of a commit", () => {
  const MB = 1024 * 1024;
  const cases: [what: string, bytes: number[][], taken: number][] = [
    ["all that wait, if it is not much", [[10], [20, 30], [40]], 3],
    ["as many as fit into 16 MB", [[8 * MB], [8 * MB], [1]], 2],
    ["one that is longer than that by itself", [[17 * MB], [1]], 1],
    ["not the one that makes it too long", [[1], [17 * MB]], 1],
  ];
  for (const [what, bytes, taken] of cases) {
    it(`is ${what}`, () => {
      const pending = bytes.map((each) => entered(each));
      const all = [...pending];
      assert.deepEqual(takeBatch(pending), all.slice(0, taken));
      assert.deepEqual(pending, all.slice(taken));
    });
  }

  it("tells each where its own frames lie", () => {
    const told: Position[][] = [];
    const batch = [entered([1], told), entered([], told), entered([2, 3], told)];
    assert.deepEqual(framesOf(batch).map(({ length }) => length), [1, 2, 3]);
    tell(batch, [100, 101, 103]);
    assert.deepEqual(told, [[100], [], [101, 103]]);
  });
});
