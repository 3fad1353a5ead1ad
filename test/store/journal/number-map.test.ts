import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { NumberMap } from "../../../src/store/journal/number-map.ts";

describe("a map of numbers", () => {
  it("is found by its number until it is deleted, as a Map finds it", () => {
    const key = fc.constantFrom(0, 1, 2, 3, 1023, 1024, 2 ** 31, 2 ** 32 - 1);
    const act = fc.tuple(fc.constantFrom("set", "delete"), key);
    fc.assert(fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const numbers = new NumberMap<string>();
      const model = new Map<number, string>();
      for (const [index, [kind, number]] of acts.entries()) {
        if (kind === "set") {
          numbers.set(number, `${index}`);
          model.set(number, `${index}`);
        } else {
          numbers.delete(number);
          model.delete(number);
        }
        for (const each of [0, 1, 2, 3, 1023, 1024, 2 ** 31, 2 ** 32 - 1]) {
          assert.equal(numbers.get(each), model.get(each));
        }
      }
    }));
  });

  it("keeps many at once, and none after they are gone", () => {
    const numbers = new NumberMap<number>();
    for (let number = 0; number < 5000; number++) numbers.set(number, -number);
    for (let number = 0; number < 5000; number++) assert.equal(numbers.get(number), -number);
    for (let number = 0; number < 5000; number++) numbers.delete(number);
    for (let number = 0; number < 5000; number++) assert.equal(numbers.get(number), undefined);
  });
});
