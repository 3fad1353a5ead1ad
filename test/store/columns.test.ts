import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { growFloat64, growInt32, growUint16, growUint32, growUint8 } from "../../src/store/columns.ts";

const grow = { growUint8, growUint16, growInt32, growUint32, growFloat64 };
const columns = {
  growUint8: Uint8Array,
  growUint16: Uint16Array,
  growInt32: Int32Array,
  growUint32: Uint32Array,
  growFloat64: Float64Array,
};

describe("a column", () => {
  for (const name of Object.keys(grow) as (keyof typeof grow)[]) {
    it(`keeps its kind and its values when it grows, and is zero behind them: ${name}`, () => {
      const Column = columns[name];
      const grown = (grow[name] as (column: unknown, slot: number) => Uint8Array)(Column.of(1, 2, 3), 3);
      assert.ok(grown instanceof Column);
      assert.deepEqual([...grown], [1, 2, 3, 0, 0, 0]);
    });
  }

  it("that is long grows in place, so that it costs no more than a short one", () => {
    const short = growFloat64(Float64Array.of(1, 2), 2);
    const long = growFloat64(short, 20_000);
    assert.notEqual(long, short);
    assert.equal(growFloat64(long, 50_000), long);
    assert.deepEqual([...long.subarray(0, 3), long.at(-1), long.length], [1, 2, 0, 0, 50_001]);
  });

  it("reaches a slot that lies far beyond twice its length", () => {
    assert.equal(growUint8(new Uint8Array(2), 99).length, 100);
  });
});
