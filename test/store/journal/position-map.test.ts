import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PositionMap } from "../../../src/store/journal/position-map.ts";
import { positionOf } from "../../../src/store/journal/position.ts";

describe("the position map", () => {
  it("does what a Map does, through any sets and deletes", () => {
    const key = fc.record({ segment: fc.integer({ min: 1, max: 3 }), offset: fc.integer({ min: 40, max: 60 }) });
    const step = fc.record({ key, slot: fc.option(fc.nat(1000), { nil: undefined }) });
    fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const map = new PositionMap();
      const model = new Map<number, number>();
      for (const { key: { segment, offset }, slot } of steps) {
        const position = positionOf(segment, offset);
        if (slot === undefined) {
          map.delete(position);
          model.delete(position);
        } else {
          map.set(position, slot);
          model.set(position, slot);
        }
        assert.equal(map.get(position), model.get(position));
        assert.equal(map.size, model.size);
      }
      assert.deepEqual(new Map(map.entries()), model);
    }));
  });

  it("does so while it grows, again and again", () => {
    const operation = fc.record({ key: fc.nat(6000), kind: fc.constantFrom("set", "set", "set", "delete") });
    fc.assert(
      fc.property(fc.array(operation, { minLength: 5000, maxLength: 9000 }), (operations) => {
        const map = new PositionMap();
        const model = new Map<number, number>();
        for (const [slot, { key, kind }] of operations.entries()) {
          const position = positionOf(1 + (key % 3), 40 + key * 97);
          if (kind === "set") {
            map.set(position, slot);
            model.set(position, slot);
          } else {
            map.delete(position);
            model.delete(position);
          }
          assert.equal(map.size, model.size);
        }
        for (const [position, slot] of model) assert.equal(map.get(position), slot);
        assert.deepEqual(new Map(map.entries()), model);
      }),
      { numRuns: 20 },
    );
  });

  it("finds all of them after it grew, and none that was deleted", () => {
    const map = new PositionMap();
    const positions = Array.from({ length: 20_000 }, (_, n) => positionOf(1 + (n % 5), 40 + n * 97));
    positions.forEach((position, slot) => map.set(position, slot));
    positions.forEach((position, slot) => slot % 2 === 0 && map.delete(position));
    positions.forEach((position, slot) => assert.equal(map.get(position), slot % 2 === 0 ? undefined : slot));
    assert.equal(map.size, 10_000);
  });
});
