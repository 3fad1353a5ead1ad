import assert from "node:assert/strict";
import { test } from "node:test";
import { newSeed, randomFrom } from "../../src/cli/seeded-random.ts";

test("the same seed gives the same sequence, another seed another one", () => {
  const draw = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 5 }, random);
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

test("numbers lie in [0, 1) and spread over it", () => {
  const random = randomFrom(0);
  const buckets = new Array<number>(10).fill(0);
  for (let drawn = 0; drawn < 10_000; drawn++) {
    const number = random();
    assert.ok(number >= 0 && number < 1);
    buckets[Math.floor(number * 10)]! += 1;
  }
  assert.ok(buckets.every((count) => count > 850 && count < 1150), buckets.join(" "));
});

test("a new seed can be given to --seed", () => {
  const seed = newSeed();
  assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32);
});
