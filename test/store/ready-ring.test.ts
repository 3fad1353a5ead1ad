import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ReadyRing } from "../../src/store/ready-ring.ts";

describe("the ready ring", () => {
  it("is first in, first out, with a way back to the front", () => {
    const ring = new ReadyRing();
    ring.push(1);
    ring.push(2);
    ring.unshift(0);
    assert.equal(ring.size, 3);
    assert.deepEqual([ring.shift(), ring.shift(), ring.shift(), ring.shift()], [0, 1, 2, undefined]);
    assert.equal(ring.size, 0);
  });

  it("does what an array does, also when it grows with its head anywhere", () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant("push" as const), count: fc.integer({ min: 1, max: 900 }) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant("shift" as const), count: fc.integer({ min: 1, max: 900 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant("unshift" as const), count: fc.integer({ min: 1, max: 9 }) }),
      },
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const ring = new ReadyRing();
      const model: number[] = [];
      let next = 0;
      for (const { kind, count } of steps) {
        for (let i = 0; i < count; i++) {
          if (kind === "shift") assert.equal(ring.shift(), model.shift());
          else {
            ring[kind](next);
            model[kind](next);
            next += 1;
          }
        }
        assert.equal(ring.size, model.length);
      }
    }));
  });
});
