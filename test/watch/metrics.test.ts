import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreStatus } from "../../src/ports.ts";
import { Metrics, type MetricsNeeds } from "../../src/watch/metrics.ts";

/** CONTRACT section 9: name, kind, labels. */
const CONTRACT: [name: string, kind: string, labels: string[]][] = [
  ["hookd_events_received_total", "counter", ["source", "type"]],
  ["hookd_events_accepted_total", "counter", ["source", "type"]],
  ["hookd_events_rejected_total", "counter", ["reason", "source"]],
  ["hookd_events_duplicate_total", "counter", ["source"]],
  ["hookd_events_changed_body_total", "counter", ["source"]],
  ["hookd_events_processed_total", "counter", ["type"]],
  ["hookd_events_dead_total", "counter", ["type"]],
  ["hookd_attempts_total", "counter", ["outcome", "type"]],
  ["hookd_retries_total", "counter", ["type"]],
  ["hookd_ack_seconds", "histogram", ["source"]],
  ["hookd_ack_deadline_ratio", "histogram", ["source"]],
  ["hookd_sender_retries_total", "counter", ["source"]],
  ["hookd_attempt_seconds", "histogram", ["outcome", "type"]],
  ["hookd_end_to_end_seconds", "histogram", ["type"]],
  ["hookd_store_commit_seconds", "histogram", []],
  ["hookd_queue_depth", "gauge", []],
  ["hookd_queue_oldest_seconds", "gauge", []],
  ["hookd_mailboxes", "gauge", ["state"]],
  ["hookd_dead_letters", "gauge", []],
  ["hookd_worker_threads", "gauge", ["state"]],
  ["hookd_worker_restarts_total", "counter", ["cause"]],
  ["hookd_idempotency_cache_hits_total", "counter", []],
  ["hookd_idempotency_cache_entries", "gauge", []],
  ["hookd_secret_last_match_timestamp_seconds", "gauge", ["key", "source"]],
  ["hookd_build_info", "gauge", ["runtime", "version"]],
];

const NOW = 1_700_000_010_000;

const status: StoreStatus = {
  accepting: true,
  depth: 7,
  running: 2,
  oldestReceivedAt: NOW - 2_500,
  mailboxes: { available: 1, running: 2, retryable: 3, paused: 4, parked: 5 },
  idempotency: { entries: 11, cacheHits: 13 },
  damage: [],
};

function someMetrics(over: Partial<MetricsNeeds> = {}): Metrics {
  return new Metrics({
    version: "1.2.3",
    runtime: "node 20.18.0",
    knownSource: (name) => name === "events",
    knownType: (type) => type === "order.placed",
    status: () => status,
    deadLetters: () => 17,
    threads: () => ({ idle: 1, busy: 2, starting: 0 }),
    now: () => NOW,
    ...over,
  });
}

/** Everything happens once. */
function tellAll(metrics: Metrics, { source = "events", type = "order.placed" } = {}): void {
  metrics.received(source, type);
  metrics.accepted(source, type);
  metrics.acked(source, { seconds: 0.003, deadlineSeconds: 3 });
  metrics.rejected(source, "signature_mismatch");
  metrics.rejected(source, "schema_violation", 3);
  metrics.duplicate(source, true);
  metrics.senderRetried(source);
  metrics.secretMatched(source, { key: 1, at: NOW });
  metrics.attempted(type, { attempt: 1, startedAt: NOW, durationMs: 40, outcome: "failed", nextAttemptAt: NOW + 1 });
  metrics.attempted(type, { attempt: 2, startedAt: NOW, durationMs: 20, outcome: "ok" });
  metrics.ended(type, { kind: "processed", endToEndMs: 1_500, durationMs: 20 });
  metrics.ended(type, { kind: "dead", endToEndMs: 1_500, durationMs: 40 });
  metrics.workerRestarted("stuck");
  metrics.committed(0.002);
}

/** The samples of the plain text format: `name{labels}` to value. */
async function samplesOf(metrics: Metrics): Promise<Map<string, number>> {
  const { body } = await metrics.text(undefined);
  const lines = body.split("\n").filter((line) => line.startsWith("hookd_"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

test("names, kinds and labels are those of the contract, no more and no fewer", async () => {
  const metrics = someMetrics();
  tellAll(metrics);
  const { body } = await metrics.text(undefined);
  const kinds = [...body.matchAll(/^# TYPE (hookd_\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
  assert.deepEqual(kinds.sort(), CONTRACT.map(([name, kind]) => `${name} ${kind}`).sort());
  for (const [name, , labels] of CONTRACT) {
    const series = body.match(new RegExp(`^${name}(?:_bucket)?(\\{.*\\})? `, "m"));
    assert.ok(series, `${name} has no sample`);
    const found = [...(series[1] ?? "").matchAll(/(\w+)="/g)].map(([, label]) => String(label));
    assert.deepEqual(found.filter((label) => label !== "le").sort(), labels, name);
  }
});

test("every happening moves its own series by what happened", async () => {
  const metrics = someMetrics();
  tellAll(metrics);
  const samples = await samplesOf(metrics);
  const expected: Record<string, number> = {
    'hookd_events_received_total{source="events",type="order.placed"}': 1,
    'hookd_events_accepted_total{source="events",type="order.placed"}': 1,
    'hookd_events_rejected_total{source="events",reason="signature_mismatch"}': 1,
    'hookd_events_rejected_total{source="events",reason="schema_violation"}': 3,
    'hookd_events_duplicate_total{source="events"}': 1,
    'hookd_events_changed_body_total{source="events"}': 1,
    'hookd_events_processed_total{type="order.placed"}': 1,
    'hookd_events_dead_total{type="order.placed"}': 1,
    'hookd_attempts_total{type="order.placed",outcome="failed"}': 1,
    'hookd_attempts_total{type="order.placed",outcome="ok"}': 1,
    'hookd_retries_total{type="order.placed"}': 1,
    'hookd_ack_seconds_bucket{le="0.0025",source="events"}': 0,
    'hookd_ack_seconds_bucket{le="0.005",source="events"}': 1,
    'hookd_ack_seconds_sum{source="events"}': 0.003,
    'hookd_attempt_seconds_sum{type="order.placed",outcome="failed"}': 0.04,
    'hookd_end_to_end_seconds_sum{type="order.placed"}': 3,
    'hookd_end_to_end_seconds_count{type="order.placed"}': 2,
    hookd_store_commit_seconds_sum: 0.002,
    hookd_queue_depth: 7,
    hookd_queue_oldest_seconds: 2.5,
    'hookd_mailboxes{state="parked"}': 5,
    hookd_dead_letters: 17,
    'hookd_worker_threads{state="busy"}': 2,
    'hookd_worker_restarts_total{cause="stuck"}': 1,
    hookd_idempotency_cache_hits_total: 13,
    hookd_idempotency_cache_entries: 11,
    'hookd_secret_last_match_timestamp_seconds{source="events",key="1"}': NOW / 1000,
    'hookd_build_info{version="1.2.3",runtime="node 20.18.0"}': 1,
  };
  for (const [series, value] of Object.entries(expected)) assert.equal(samples.get(series), value, series);
});

test("a duplicate with the same body is no changed body, and a failure told to the sender is no dead event", async () => {
  const metrics = someMetrics();
  metrics.accepted("events", "order.placed");
  metrics.duplicate("events", false);
  metrics.ended("order.placed", { kind: "failed", endToEndMs: -5, durationMs: 10 });
  const samples = await samplesOf(metrics);
  assert.equal(samples.get('hookd_events_changed_body_total{source="events"}'), undefined);
  assert.equal(samples.get('hookd_events_dead_total{type="order.placed"}'), 0);
  assert.equal(samples.get('hookd_events_processed_total{type="order.placed"}'), 0);
  assert.equal(samples.get('hookd_end_to_end_seconds_sum{type="order.placed"}'), 0);
  assert.deepEqual([metrics.stats().total_failed, metrics.stats().success_rate], [1, 0]);
});

test("an empty queue has no oldest event", async () => {
  const { oldestReceivedAt: _, ...empty } = status;
  const samples = await samplesOf(someMetrics({ status: () => empty }));
  assert.equal(samples.get("hookd_queue_oldest_seconds"), 0);
});

test("10 000 types and sources that nobody declared add not one series", async () => {
  const metrics = someMetrics();
  const attack = (round: number) => {
    for (let index = 0; index < 10_000; index++) {
      tellAll(metrics, { source: `source-${round}-${index}`, type: `type"\n-${round}-${index}` });
    }
  };
  tellAll(metrics);
  attack(1);
  const [series, types] = [(await samplesOf(metrics)).size, metrics.stats().events_by_type];
  assert.deepEqual(types, { "order.placed": 1, other: 10_000 });
  attack(2);
  assert.equal((await samplesOf(metrics)).size, series);
  assert.ok(series < 250, String(series));
});

test("the runtime's own metrics are there on every runtime", async () => {
  const { body } = await someMetrics().text(undefined);
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "nodejs_eventloop_lag_seconds"]) {
    assert.match(body, new RegExp(`^${name} `, "m"));
  }
});

test("an OpenMetrics scrape between two plain ones changes nothing in the plain ones", async () => {
  const metrics = someMetrics();
  tellAll(metrics);
  const named = async () => [...(await samplesOf(metrics)).keys()];
  const before = await named();
  const { contentType, body } = await metrics.text("application/openmetrics-text; version=1.0.0");
  assert.equal(contentType, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  assert.match(body, /^# TYPE hookd_events_received counter$/m);
  assert.match(body, /^hookd_events_received_total\{source="events",type="order.placed"\} 1$/m);
  assert.ok(body.endsWith("\n# EOF\n"));
  assert.ok(!/^$/m.test(body.slice(0, -1)));
  assert.deepEqual(await named(), before);
  assert.equal((await metrics.text("text/plain")).contentType, "text/plain; version=0.0.4; charset=utf-8");
});
