import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { KeyIndex } from "../../../src/store/journal/key-index.ts";
import { positionOf } from "../../../src/store/journal/position.ts";

const KEEP = 8000;
const at = (segment: number, offset = 40) => positionOf(segment, offset);

describe("the key index", () => {
  it("gives every entry that may be meant, those of newer buckets first", () => {
    const index = new KeyIndex(KEEP);
    index.insert(5, at(1), 0);
    index.insert(5, at(2), KEEP);
    index.insert(6, at(3), KEEP);
    assert.deepEqual(index.candidates(5, 3), [at(2), at(1)]);
    assert.deepEqual(index.candidates(7, 3), []);
  });

  it("follows an event to its last record, in whatever bucket it lies", () => {
    const index = new KeyIndex(KEEP);
    index.insert(5, at(1), 0);
    index.insert(6, at(2), KEEP);
    index.follow(5, { from: at(1), to: at(3), at: 0 });
    assert.deepEqual([index.candidates(5, 4), index.size], [[at(3)], 2]);
    index.follow(5, { from: at(1), to: at(4), at: 0 });
    assert.deepEqual([index.candidates(5, 4), index.size], [[at(4), at(3)], 3], "one that was not there comes in");
  });

  it("keeps an event that is settled late for all of its time after that, and has it once", () => {
    const index = new KeyIndex(KEEP);
    index.insert(5, at(1), 0);
    const settledAt = KEEP - 1;
    index.follow(5, { from: at(1), to: at(2), at: settledAt });
    index.dropExpired(settledAt + KEEP);
    assert.deepEqual([index.candidates(5, 2), index.size], [[at(2)], 1]);
    index.dropExpired(settledAt + 2 * KEEP);
    assert.equal(index.size, 0);
  });

  it("keeps an entry for all of its time, and drops whole buckets after it", () => {
    const index = new KeyIndex(KEEP);
    index.insert(5, at(1), 0);
    index.insert(6, at(2), KEEP);
    index.dropExpired(KEEP);
    assert.deepEqual(index.candidates(5, 2), [at(1)], "asked at the end of its time");
    assert.equal(index.hasExpired(KEEP), false);
    assert.equal(index.hasExpired(3 * KEEP), true);
    index.dropExpired(2 * KEEP);
    assert.deepEqual([index.candidates(5, 2), index.candidates(6, 2)], [[], [at(2)]]);
  });

  it("moves survivors of a dropped bucket on", () => {
    const index = new KeyIndex(KEEP);
    index.insert(5, at(1), 0);
    index.insert(6, at(1, 80), 0);
    for (const entry of [{ hash: 5, last: at(1) }, { hash: 9, last: at(9) }]) index.renew(entry, 3 * KEEP);
    index.dropExpired(3 * KEEP);
    assert.deepEqual([index.candidates(5, 1), index.candidates(6, 1), index.size], [[at(1)], [], 1]);
  });

  it("knows a segment by its last 16 bits, counted back from the newest", () => {
    const index = new KeyIndex(KEEP);
    index.insert(5, at(65_530), 0);
    index.insert(5, at(65_540), 0);
    assert.deepEqual(index.candidates(5, 65_541), [at(65_530), at(65_540)]);
  });

  it("does what a list does, through any insertions, replacements and moves to a newer bucket", () => {
    const hash = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const hashes = fc.array(fc.oneof(hash, fc.constantFrom(0, 1, 2 ** 32 - 1)), { minLength: 1, maxLength: 1500 });
    fc.assert(
      fc.property(hashes, fc.nat(), (all, pick) => {
        const index = new KeyIndex(KEEP);
        const model = all.map((each, n) => ({ hash: each, position: at(1, 40 + n) }));
        for (const { hash: each, position } of model) index.insert(each, position, 0);
        const moved = model[pick % model.length]!;
        index.follow(moved.hash, { from: moved.position, to: at(2), at: pick % 2 === 0 ? 0 : KEEP });
        moved.position = at(2);
        assert.equal(index.size, model.length);
        for (const { hash: each } of model.slice(0, 20).concat(moved)) {
          const expected = model.filter((one) => (one.hash || 1) === (each || 1)).map(({ position }) => position);
          assert.deepEqual(index.candidates(each, 2).sort((a, b) => a - b), expected.sort((a, b) => a - b));
        }
      }),
      { numRuns: 30 },
    );
  });
});
