import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fate } from "../../src/cli/fate.ts";
import { isExpected, latencyOf, type ShotEnding, Tally } from "../../src/cli/tally.ts";

const accepted: Fate = { kind: "accepted" };
const duplicate: Fate = { kind: "duplicate" };
const ignored: Fate = { kind: "rejected", reason: "ignored_event_type" };
const rejected: Fate = { kind: "rejected", reason: "signature_invalid" };
const failed: Fate = { kind: "failed", reason: "sent_to_dlq" };
const cutOff: Fate = { kind: "unanswered", reason: "cut_off" };

for (
  const [kind, fate, signsTime, expected] of [
    ["plain", accepted, false, true],
    ["plain", duplicate, false, true],
    ["plain", ignored, false, true],
    ["plain", rejected, false, false],
    ["plain", failed, false, false],
    ["plain", cutOff, false, false],
    ["duplicate", duplicate, false, true],
    ["duplicate", rejected, false, false],
    ["reorder", accepted, false, true],
    ["slow", rejected, false, false],
    ["tamper", rejected, false, true],
    ["tamper", accepted, false, false],
    ["tamper", ignored, false, false],
    ["tamper", failed, false, false],
    ["tamper", cutOff, false, false],
    ["unsigned", rejected, false, true],
    ["unsigned", duplicate, false, false],
    ["stale", rejected, true, true],
    ["stale", accepted, true, false],
    ["stale", cutOff, true, false],
    ["stale", accepted, false, true],
    ["truncate", cutOff, false, true],
    ["truncate", rejected, false, true],
    ["truncate", accepted, false, false],
    ["truncate", failed, false, false],
  ] as const
) {
  const became = `${fate.kind}${fate === ignored ? " (ignored)" : ""}`;
  const signed = signsTime ? ", the time signed," : "";
  test(`${kind}${signed} that became ${became} is ${expected ? "as it should be" : "not as it should be"}`, () => {
    assert.equal(isExpected(kind, { fate, signsTime }), expected);
  });
}

test("percentiles go by nearest rank", () => {
  const of = (...latencies: number[]) => latencyOf(Float64Array.from(latencies));
  assert.deepEqual(of(...Array.from({ length: 100 }, (_, at) => 100 - at)), { p50: 50, p90: 90, p99: 99, max: 100 });
  assert.deepEqual(of(3), { p50: 3, p90: 3, p99: 3, max: 3 });
  // As numbers, not as texts: 9 is less than 10.
  assert.deepEqual(of(10, 9), { p50: 9, p90: 10, p99: 10, max: 10 });
  assert.equal(of(), null);
});

function talliedUp(endings: readonly ShotEnding[]) {
  const tally = new Tally(endings.length);
  for (const ending of endings) tally.add(ending);
  return tally.sumUp(2);
}

test("each request is in one term of the account, and latency leaves out what chaos spoiled or slowed", () => {
  const summary = talliedUp([
    { kind: "plain", fate: accepted, status: 200, latencyMs: 5, expected: true },
    { kind: "duplicate", fate: duplicate, status: 200, latencyMs: 6, expected: true },
    { kind: "plain", fate: { kind: "rejected", reason: "overloaded" }, status: 503, latencyMs: 7, expected: false },
    { kind: "slow", fate: accepted, status: 200, latencyMs: 2000, expected: true },
    { kind: "reorder", fate: failed, status: 200, latencyMs: 1, expected: false },
    { kind: "tamper", fate: rejected, status: 401, latencyMs: 900, expected: true },
    { kind: "truncate", fate: cutOff, status: undefined, latencyMs: 1, expected: true },
    { kind: "plain", fate: ignored, status: 204, latencyMs: 2, expected: true },
  ]);
  assert.deepEqual(summary, {
    sent: 8,
    accepted: 2,
    duplicates: 1,
    rejected: 3,
    failed: 1,
    unanswered: 1,
    rejected_by_reason: { ignored_event_type: 1, overloaded: 1, signature_invalid: 1 },
    failed_by_reason: { sent_to_dlq: 1 },
    unanswered_by_reason: { cut_off: 1 },
    unexpected: 2,
    seconds: 2,
    per_second: 4,
    by_status: { 200: 4, 204: 1, 401: 1, 503: 1, none: 1 },
    latency_ms: { p50: 5, p90: 7, p99: 7, max: 7 },
    by_kind: {
      plain: { sent: 3, unexpected: 1, by_status: { 200: 1, 204: 1, 503: 1 } },
      duplicate: { sent: 1, unexpected: 0, by_status: { 200: 1 } },
      reorder: { sent: 1, unexpected: 1, by_status: { 200: 1 } },
      tamper: { sent: 1, unexpected: 0, by_status: { 401: 1 } },
      truncate: { sent: 1, unexpected: 0, by_status: { none: 1 } },
      slow: { sent: 1, unexpected: 0, by_status: { 200: 1 } },
    },
  });
});

test("a run of nothing adds up too", () => {
  const { sent, latency_ms, by_kind } = talliedUp([]);
  assert.deepEqual({ sent, latency_ms, by_kind }, { sent: 0, latency_ms: null, by_kind: {} });
});

test("a receiver that makes up reasons fills no memory, and the account still adds up", () => {
  const summary = talliedUp(Array.from({ length: 1000 }, (_, at) => ({
    kind: "plain",
    fate: { kind: "rejected", reason: `made_up_${at}` },
    status: 400,
    latencyMs: 1,
    expected: false,
  })));
  assert.equal(Object.keys(summary.rejected_by_reason).length, 101);
  assert.equal(summary.rejected_by_reason.other, 900);
  assert.equal(summary.rejected, summary.sent);
});
