import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "prom-client";
import { createInstruments, registerReaders } from "../../src/watch/instruments.ts";

test("buckets ascend, and reach from the fastest that can be told apart to the longest deadline", async () => {
  const spans: Record<string, [number, number]> = {
    hookd_ack_seconds: [0.0005, 10],
    hookd_ack_deadline_ratio: [0.001, 2],
    hookd_attempt_seconds: [0.001, 60],
    hookd_end_to_end_seconds: [0.005, 86_400],
    hookd_store_commit_seconds: [0.0001, 5],
  };
  const registry = new Registry();
  const all = createInstruments(registry);
  for (const metric of [all.ackSeconds, all.ackDeadlineRatio, all.attemptSeconds, all.endToEndSeconds]) {
    metric.labels({}).observe(0);
  }
  const text = await registry.metrics();
  for (const [name, span] of Object.entries(spans)) {
    const buckets = [...text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"`, "gm"))].map(([, le]) => le);
    assert.equal(buckets.pop(), "+Inf", name);
    const bounds = buckets.map(Number);
    assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b), name);
    assert.deepEqual([bounds[0], bounds.at(-1)], span, name);
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
    lastMatches: () => new Map(),
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
