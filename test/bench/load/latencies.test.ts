import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Latencies } from "../../../bench/load/latencies.ts";

describe("latencies", () => {
  it("are summed up in milliseconds, to three digits", () => {
    const latencies = new Latencies();
    for (let ms = 1; ms <= 1000; ms++) latencies.record(ms);
    const { count, p50, p99, max, curve } = latencies.summary();
    assert.equal(count, 1000);
    assert.ok(Math.abs(p50 - 500) < 1 && Math.abs(p99 - 990) < 2 && Math.abs(max - 1000) < 2, `${p50} ${p99} ${max}`);
    assert.deepEqual(curve.map(([inverse]) => Math.round(inverse)).slice(0, 5), [1, 1, 2, 3, 4]);
    assert.ok(curve.at(-1)![0] <= count, "no percentile is finer than the sample");
  });

  it("take what is too short or too long as the nearest that they hold", () => {
    const latencies = new Latencies();
    latencies.record(0);
    latencies.record(1e9);
    assert.equal(latencies.summary().count, 2);
  });
});
