import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Counter, Histogram, Registry } from "prom-client";
import { counterFamily, histogramFamily } from "../../src/watch/series.ts";

const BUCKETS = [0.1, 0.5, 1];
const VALUES = [0, 0.05, 0.1, 0.100001, 0.5, 0.9, 1, 1.5, 100];

/** The samples of a text, in no order. */
async function linesOf(registry: Registry): Promise<string[]> {
  return (await registry.metrics()).split("\n").filter((line) => line !== "").sort();
}

describe("the series of the hot path", () => {
  it("read as prom-client's own do: counters", async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const named = { name: "seen_total", help: 'How many "were" seen' };
    const family = counterFamily(ours, named);
    const counter = new Counter({ ...named, labelNames: ["source", "type"], registers: [theirs] });
    for (const labels of [{ source: "a", type: 'x"y\\z\n' }, { source: "b", type: "x" }]) {
      const series = family.labels(labels);
      series.inc();
      series.inc(4);
      counter.inc(labels, 5);
    }
    assert.deepEqual(await linesOf(ours), await linesOf(theirs));
  });

  it("read as prom-client's own do: histograms, each bound within its bucket", async () => {
    const [ours, theirs] = [new Registry(), new Registry()];
    const named = { name: "took_seconds", help: "How long it took" };
    const family = histogramFamily(ours, named, BUCKETS);
    const histogram = new Histogram({ ...named, buckets: BUCKETS, labelNames: ["source"], registers: [theirs] });
    for (const source of ["a", "b"]) {
      const series = family.labels({ source });
      for (const value of VALUES) {
        series.observe(value);
        histogram.observe({ source }, value);
      }
    }
    assert.deepEqual(await linesOf(ours), await linesOf(theirs));
  });

  it("count from 0 as soon as they are made", async () => {
    const registry = new Registry();
    counterFamily(registry, { name: "seen_total", help: "h" }).labels({ source: "a" });
    assert.ok((await linesOf(registry)).includes('seen_total{source="a"} 0'));
  });

  it("have names of their own", () => {
    const registry = new Registry();
    counterFamily(registry, { name: "seen_total", help: "h" });
    assert.throws(() => counterFamily(registry, { name: "seen_total", help: "h" }), /already been registered/);
  });
});
