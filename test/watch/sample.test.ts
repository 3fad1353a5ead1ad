import assert from "node:assert/strict";
import { test } from "node:test";
import { isSampled } from "../../src/watch/sample.ts";

/** Ids of one millisecond, as they come in a burst: alike but for their end. */
const IDS = Array.from({ length: 20_000 }, (_, index) => `018bcfe5-6800-7000-8000-${String(index).padStart(12, "0")}`);

test("a share of 1 takes all events and a share of 0 none", () => {
  assert.ok(IDS.every((id) => isSampled(id, 1)));
  assert.ok(!IDS.some((id) => isSampled(id, 0)));
});

for (const share of [0.01, 0.1, 0.5, 0.9]) {
  test(`a share of ${share} takes about that many, also of ids that look alike`, () => {
    const taken = IDS.filter((id) => isSampled(id, share)).length / IDS.length;
    // Five standard deviations of a fair draw.
    assert.ok(Math.abs(taken - share) < 5 * Math.sqrt(share * (1 - share) / IDS.length), String(taken));
  });
}

test("an event that is in a share is in every larger one", () => {
  assert.ok(IDS.filter((id) => isSampled(id, 0.1)).every((id) => isSampled(id, 0.2)));
});
