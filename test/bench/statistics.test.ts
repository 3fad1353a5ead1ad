import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { median, ratios, rotated, spread } from "../../bench/statistics.ts";

describe("the statistics of a bench", () => {
  it("take the middle value, or the mean of the middle two", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([1, 9, 5, 7]), 6);
  });

  it("tell the spread, and nothing of nothing", () => {
    assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
    assert.equal(spread([]), undefined);
  });

  it("form ratios within a round, and leave out a round that lacks one side", () => {
    assert.deepEqual(ratios([1, undefined, 3, 4], [2, 2, undefined, 0]), [0.5]);
  });

  it("turn the order, so that each subject comes first, then backwards", () => {
    const orders = [0, 1, 2, 3].map((round) => rotated(["a", "b", "c"], round).join(""));
    assert.deepEqual(orders, ["abc", "bca", "cab", "cba"]);
    assert.deepEqual(rotated([], 3), []);
  });
});
