import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { describe, it } from "node:test";
import { inSlices } from "../../../src/store/journal/slices.ts";

describe("a walk in slices", () => {
  it("gives each item once, in order", async () => {
    for (const count of [0, 1, 64, 1000]) {
      const items = Array.from({ length: count }, (_, index) => index);
      const seen: number[] = [];
      await inSlices(items, (item) => void seen.push(item));
      assert.deepEqual(seen, items);
    }
  });

  it("lets others have their turn in a long walk", async () => {
    let turns = 0;
    let done = false;
    const turn = () => {
      turns += 1;
      if (!done) setImmediate(turn);
    };
    setImmediate(turn);
    await inSlices(Array.from({ length: 64 * 10 }), () => {
      const until = performance.now() + 0.05;
      while (performance.now() < until);
    });
    done = true;
    assert.ok(turns >= 5, `${turns} turns`);
  });

  it("ends with the first throw", async () => {
    await assert.rejects(inSlices([1], () => assert.fail("no")), /no/);
  });
});
