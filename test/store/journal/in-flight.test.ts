import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { InFlight } from "../../../src/store/journal/in-flight.ts";

describe("work in flight", () => {
  it("is found by its number until it is deleted, as a Map finds it", () => {
    const key = fc.constantFrom(0, 1, 2, 3, 1023, 1024, 2 ** 31, 2 ** 32 - 1);
    const act = fc.tuple(fc.constantFrom("set", "delete"), key);
    fc.assert(fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const inFlight = new InFlight<string>();
      const model = new Map<number, string>();
      for (const [index, [kind, number]] of acts.entries()) {
        if (kind === "set") {
          inFlight.set(number, `${index}`);
          model.set(number, `${index}`);
        } else {
          inFlight.delete(number);
          model.delete(number);
        }
        for (const each of [0, 1, 2, 3, 1023, 1024, 2 ** 31, 2 ** 32 - 1]) {
          assert.equal(inFlight.get(each), model.get(each));
        }
      }
    }));
  });

  it("keeps many at once, and none after they are gone", () => {
    const inFlight = new InFlight<number>();
    for (let number = 0; number < 5000; number++) inFlight.set(number, -number);
    for (let number = 0; number < 5000; number++) assert.equal(inFlight.get(number), -number);
    for (let number = 0; number < 5000; number++) inFlight.delete(number);
    for (let number = 0; number < 5000; number++) assert.equal(inFlight.get(number), undefined);
  });
});
