import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BLOCK_BYTES, BlockIndex } from "../../../src/store/journal/block-index.ts";
import { positionOf } from "../../../src/store/journal/position.ts";

/** One event each `step` bytes, one a millisecond, `count` to a segment. */
function filled({ segments, count, step }: { segments: number; count: number; step: number }): BlockIndex {
  const index = new BlockIndex();
  let ms = 0;
  for (let segment = 1; segment <= segments; segment++) {
    for (let n = 0; n < count; n++) {
      const moment = { ms: ++ms, counter: 0 };
      index.add(positionOf(segment, 40 + n * step), () => moment);
    }
  }
  return index;
}

describe("the block index", () => {
  it("keeps one entry for each 64 KB, and one at least for a segment", () => {
    assert.equal(BLOCK_BYTES, 65_536);
    assert.equal(filled({ segments: 3, count: 64, step: 1024 }).newest, 2);
    assert.equal(filled({ segments: 1, count: 65, step: 1024 }).newest, 1);
  });

  it("finds the block in which an id must lie", () => {
    const index = filled({ segments: 2, count: 128, step: 1024 });
    const cases: [ms: number, block: number][] = [[0, -1], [1, 0], [64, 0], [65, 1], [128, 1], [129, 2], [999, 3]];
    for (const [ms, block] of cases) assert.equal(index.blockOf({ ms, counter: 0 }), block, `ms ${ms}`);
  });

  it("tells ids of one millisecond apart by their counter", () => {
    const index = new BlockIndex();
    index.add(positionOf(1, 40), () => ({ ms: 5, counter: 1 }));
    index.add(positionOf(1, 40 + BLOCK_BYTES), () => ({ ms: 5, counter: 9 }));
    assert.deepEqual([0, 1, 8, 9].map((counter) => index.blockOf({ ms: 5, counter })), [-1, 0, 0, 1]);
  });

  it("says where a block begins and ends; the last of a segment ends with it", () => {
    const index = filled({ segments: 2, count: 128, step: 1024 });
    assert.deepEqual(index.block(0), { start: positionOf(1, 40), end: positionOf(1, 40 + BLOCK_BYTES) });
    assert.deepEqual(index.block(1), { start: positionOf(1, 40 + BLOCK_BYTES), end: undefined });
  });

  it("leads from a block to the one before it, also when older ones went in between", () => {
    const index = filled({ segments: 3, count: 128, step: 1024 });
    const { start } = index.block(4);
    assert.equal(index.blockBefore(start), 3);
    index.dropSegment(1);
    assert.equal(index.blockBefore(start), 1);
    assert.equal(index.blockBefore(index.block(0).start), -1);
    index.dropSegment(2);
    assert.equal(index.blockBefore(start), -1);
  });

  it("forgets the oldest segment and keeps the rest, grown or not", () => {
    const index = filled({ segments: 400, count: 1, step: 1024 });
    index.dropSegment(399);
    assert.equal(index.newest, 0);
    assert.deepEqual(index.block(0), { start: positionOf(400, 40), end: undefined });
    assert.deepEqual([399, 400].map((ms) => index.blockOf({ ms, counter: 0 })), [-1, 0]);
  });
});
