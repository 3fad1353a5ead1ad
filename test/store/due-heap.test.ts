import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DueHeap } from "../../src/store/due-heap.ts";

function heapOf(...dueAt: number[]): DueHeap {
  const heap = new DueHeap();
  dueAt.forEach((due, slot) => {
    heap.set(slot, due);
    heap.push(slot);
  });
  return heap;
}

/** All slots that are due at `now`, in the order in which they come. */
function popAll(heap: DueHeap, now: number): number[] {
  const slots: number[] = [];
  for (let slot = heap.popDue(now); slot !== undefined; slot = heap.popDue(now)) slots.push(slot);
  return slots;
}

describe("the due heap", () => {
  it("gives what is due, the earliest first, and nothing before its time", () => {
    const heap = heapOf(30, 10, 20);
    assert.equal(heap.first(), 10);
    assert.deepEqual(popAll(heap, 9), []);
    assert.deepEqual(popAll(heap, 20), [1, 2]);
    assert.equal(heap.first(), 30);
    assert.deepEqual(popAll(heap, 30), [0]);
    assert.equal(heap.first(), undefined);
  });

  it("remembers a slot's time until it is forgotten, queued or not", () => {
    const heap = new DueHeap();
    assert.equal(heap.get(5000), undefined);
    heap.set(5000, 7);
    assert.equal(heap.get(5000), 7);
    heap.forget(5000);
    assert.equal(heap.get(5000), undefined);
    heap.forget(1_000_000);
  });

  it("sorts any times, equal ones in the order in which they went in", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 200 }), (dueAt) => {
      const expected = dueAt.map((due, slot) => ({ due, slot })).sort((a, b) => a.due - b.due || a.slot - b.slot);
      assert.deepEqual(popAll(heapOf(...dueAt), 20), expected.map(({ slot }) => slot));
    }));
  });

  it("keeps its order when pushes and pops take turns", () => {
    fc.assert(fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined })), (steps) => {
      const heap = new DueHeap();
      const model: { due: number; slot: number }[] = [];
      steps.forEach((due, slot) => {
        if (due === undefined) {
          model.sort((a, b) => a.due - b.due || a.slot - b.slot);
          assert.equal(heap.popDue(9), model.shift()?.slot);
        } else {
          heap.set(slot, due);
          heap.push(slot);
          model.push({ due, slot });
        }
      });
    }));
  });
});
