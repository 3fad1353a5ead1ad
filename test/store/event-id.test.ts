import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareMoments, EventIds, idFromBytes, idToBytes, isEventId, momentOf } from "../../src/store/event-id.ts";

const T = 1_700_000_000_000;

describe("an event id", () => {
  it("is a UUIDv7 that tells its millisecond", () => {
    const id = new EventIds().next(T);
    assert.ok(isEventId(id), id);
    assert.deepEqual(momentOf(id), { ms: T, counter: 0 });
  });

  it("ascends strictly, whatever the clock does", () => {
    const clock = fc.array(fc.integer({ min: T - 5, max: T + 5 }), { minLength: 2, maxLength: 300 });
    fc.assert(fc.property(clock, (times) => {
      const ids = new EventIds();
      const given = times.map((now) => ids.next(now));
      given.slice(1).forEach((id, index) => {
        assert.ok(id > given[index]!, `${id} after ${given[index]}`);
        assert.ok(compareMoments(momentOf(id), momentOf(given[index]!)) > 0);
      });
    }));
  });

  it("borrows from the next millisecond when 4096 in one are used up", () => {
    const ids = new EventIds();
    for (let count = 0; count < 4096; count++) ids.next(T);
    assert.deepEqual(momentOf(ids.next(T)), { ms: T + 1, counter: 0 });
  });

  it("goes on after those of an earlier run, and never back", () => {
    const ids = new EventIds();
    ids.resumeAfter({ ms: T + 10, counter: 3 });
    ids.resumeAfter({ ms: T, counter: 9 });
    assert.deepEqual(momentOf(ids.next(T)), { ms: T + 10, counter: 4 });
  });

  it("cannot be guessed: the rest differs each time, with the variant bits in place", () => {
    const ids = new EventIds();
    const tails = Array.from({ length: 2000 }, () => ids.next(T).slice(19));
    assert.equal(new Set(tails).size, tails.length);
    assert.ok(tails.every((tail) => /^[89ab]/.test(tail)));
  });

  it("survives as 16 bytes", () => {
    const id = new EventIds().next(T);
    assert.equal(idToBytes(id).length, 16);
    assert.equal(idFromBytes(idToBytes(id)), id);
  });

  const others = [
    "",
    "018bcfe5-6800-4000-8000-000000000001",
    "018bcfe5-6800-7000-c000-000000000001",
    "018BCFE5-6800-7000-8000-000000000001",
  ];
  for (const text of [...others, " 018bcfe5-6800-7000-8000-000000000001", "../018bcfe5-6800-7000-8000-000000000001"]) {
    it(`is not "${text}"`, () => assert.equal(isEventId(text), false));
  }
});
