import assert from "node:assert/strict";
import { test } from "node:test";
import { Tally } from "../../src/watch/stats.ts";

test("before anything has ended nothing has failed and nothing took time", () => {
  assert.deepEqual(new Tally().stats(), {
    total_received: 0,
    total_processed: 0,
    total_failed: 0,
    success_rate: 1,
    avg_processing_time_ms: 0,
    events_by_type: {},
  });
});

test("the rate and the mean are over the events that ended", () => {
  const tally = new Tally();
  for (const type of ["a", "b", "a", "__proto__"]) tally.received(type);
  tally.ended(true, 10);
  tally.ended(true, 20);
  tally.ended(false, 60);
  assert.deepEqual(tally.stats(), {
    total_received: 4,
    total_processed: 2,
    total_failed: 1,
    success_rate: 2 / 3,
    avg_processing_time_ms: 30,
    events_by_type: Object.fromEntries([["a", 2], ["b", 1], ["__proto__", 1]]),
  });
});
