import assert from "node:assert/strict";
import { test } from "node:test";
import { Histogram, Registry } from "prom-client";
import { createInstruments, registerReaders } from "../../src/watch/instruments.ts";

test("buckets ascend, and reach from the fastest that can be told apart to the longest deadline", () => {
  const spans: Record<string, [number, number]> = {
    ackSeconds: [0.0005, 10],
    ackDeadlineRatio: [0.001, 2],
    attemptSeconds: [0.001, 60],
    endToEndSeconds: [0.005, 86_400],
    commitSeconds: [0.0001, 5],
  };
  const histograms = Object.entries(createInstruments(new Registry())).filter(([, metric]) =>
    metric instanceof Histogram
  );
  assert.deepEqual(histograms.map(([name]) => name).sort(), Object.keys(spans).sort());
  for (const [name, metric] of histograms) {
    const bounds = (metric as unknown as { upperBounds: number[] }).upperBounds;
    assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b), name);
    assert.deepEqual([bounds[0], bounds.at(-1)], spans[name], name);
  }
});

test("gauges are read when asked for, and the cache's hits are a counter that follows the store's own", async () => {
  const registry = new Registry();
  const read = { depth: 1, hits: 10, running: 1 };
  registerReaders(registry, {
    queueDepth: () => read.depth,
    queueOldestSeconds: () => 0,
    mailboxes: () => ({ running: read.running }),
    deadLetters: () => 0,
    threads: () => ({}),
    cacheHits: () => read.hits,
    cacheEntries: () => 0,
  });
  const values = async () => {
    const lines = (await registry.metrics()).split("\n");
    return ["hookd_queue_depth ", 'hookd_mailboxes{state="running"} ', "hookd_idempotency_cache_hits_total "]
      .map((start) => Number(lines.find((line) => line.startsWith(start))?.slice(start.length)));
  };
  assert.deepEqual(await values(), [1, 1, 10]);
  Object.assign(read, { depth: 2, hits: 15, running: 0 });
  assert.deepEqual(await values(), [2, 0, 15]);
});
