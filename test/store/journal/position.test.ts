import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NOWHERE, offsetOf, positionOf, segmentOf } from "../../../src/store/journal/position.ts";

describe("a position", () => {
  for (const [segment, offset] of [[1, 40], [1, 2 ** 32 - 1], [2 ** 20, 0], [2 ** 20, 2 ** 32 - 1]] as const) {
    it(`holds segment ${segment} and offset ${offset}`, () => {
      const position = positionOf(segment, offset);
      assert.ok(Number.isSafeInteger(position));
      assert.deepEqual([segmentOf(position), offsetOf(position)], [segment, offset]);
    });
  }

  it("compares in the order of writing, and is never nowhere", () => {
    assert.ok(positionOf(1, 2 ** 32 - 1) < positionOf(2, 40));
    assert.ok(positionOf(1, 40) > NOWHERE);
  });
});
