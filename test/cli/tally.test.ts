import assert from "node:assert/strict";
import { test } from "node:test";
import { isExpected, latencyOf, sumUp } from "../../src/cli/tally.ts";

for (
  const [kind, status, signsTime, expected] of [
    ["plain", 200, false, true],
    ["plain", 202, false, true],
    ["plain", 503, false, false],
    ["plain", undefined, false, false],
    ["duplicate", 200, false, true],
    ["duplicate", 422, false, false],
    ["reorder", 202, false, true],
    ["slow", 408, false, false],
    ["tamper", 401, false, true],
    ["tamper", 200, false, false],
    ["tamper", undefined, false, false],
    ["unsigned", 401, false, true],
    ["unsigned", 202, false, false],
    ["stale", 401, true, true],
    ["stale", 200, true, false],
    ["stale", undefined, true, false],
    ["stale", 200, false, true],
    ["truncate", undefined, false, true],
    ["truncate", 400, false, true],
    ["truncate", 200, false, false],
  ] as const
) {
  const signed = signsTime ? ", the time signed" : "";
  test(`${kind} answered by ${status ?? "nothing"}${signed} is ${expected ? "as it should be" : "not as it should be"}`, () => {
    assert.equal(isExpected(kind, { status, signsTime }), expected);
  });
}

test("percentiles go by nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.deepEqual(latencyOf(hundred), { p50: 50, p90: 90, p99: 99, max: 100 });
  assert.deepEqual(latencyOf([3]), { p50: 3, p90: 3, p99: 3, max: 3 });
  // As numbers, not as texts: 9 is less than 10.
  assert.deepEqual(latencyOf([10, 9]), { p50: 9, p90: 10, p99: 10, max: 10 });
  assert.equal(latencyOf([]), null);
});

test("a run is summed up by status and by kind, and latency leaves out what chaos spoiled or slowed", () => {
  const summary = sumUp([
    { kind: "plain", status: 200, latencyMs: 5, expected: true },
    { kind: "plain", status: 503, latencyMs: 7, expected: false },
    { kind: "slow", status: 200, latencyMs: 2000, expected: true },
    { kind: "tamper", status: 401, latencyMs: 900, expected: true },
    { kind: "truncate", status: undefined, latencyMs: 1, expected: true },
  ], 2);
  assert.deepEqual(summary, {
    sent: 5,
    unexpected: 1,
    seconds: 2,
    per_second: 2.5,
    by_status: { 200: 2, 401: 1, 503: 1, none: 1 },
    latency_ms: { p50: 5, p90: 7, p99: 7, max: 7 },
    by_kind: {
      plain: { sent: 2, unexpected: 1, by_status: { 200: 1, 503: 1 } },
      tamper: { sent: 1, unexpected: 0, by_status: { 401: 1 } },
      truncate: { sent: 1, unexpected: 0, by_status: { none: 1 } },
      slow: { sent: 1, unexpected: 0, by_status: { 200: 1 } },
    },
  });
});
