/** What an operator sees of a run: log lines, metrics and sums (CONTRACT sections 4, 9 and 10), on the shipped sources. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { type LogLine, SECRET } from "../support/daemon-process.ts";
import { ISO, signed, startShipped, statusOf, UUID_V7, without } from "../support/shipped-daemon.ts";
import { SignedSender } from "../support/signed-post.ts";

const CANARY = "canary-in-the-data";
const sender = new SignedSender();
// A journal whose segments are soon full, for the disk that refuses.
const daemon = await startShipped({ config: { store: { engine: "embedded", segment: "64KB" } } });

const send = (
  path: string,
  type: string,
  { data = {}, headers = {} }: { data?: object; headers?: Record<string, string> } = {},
) =>
  sender.send(
    `${daemon.publicUrl}/webhooks/${path}`,
    signed({ note: CANARY, ...data }, { "X-Event-Type": type, ...headers }),
  );
const metricsText = async (accept = "text/plain") =>
  await fetch(`${daemon.adminUrl}/metrics`, { headers: { accept } }).then(async (response) => ({
    type: response.headers.get("content-type"),
    text: await response.text(),
  }));
/** Samples by `name{labels}`. */
const samples = async () => {
  const lines = (await metricsText()).text.split("\n").filter((line) => line.startsWith("hookd_"));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
};

/** One of everything that can become of an event; ids by what became of it. */
async function runOfAll(): Promise<Record<string, string>> {
  const processed = await send("users", "-", { data: { action: "created", user_id: "u1" } });
  await send("users", "-", { data: { action: "created", user_id: "u1" } });
  await send("users", "-", { data: { action: "created" } });
  const failed = await send("receive", "payment.received", { data: { amount: -1 } });
  const dead = await send("ack", "payment.received", { data: { amount: -2 } });
  const retried = await send("ack", "gated.later", { data: { afterMs: 10, fail: "not now" } });
  const skipped = await send("async", "nobody.takes");
  await send("sync", "demo.forged", { headers: { "X-Webhook-Signature": `sha256=${"0".repeat(64)}` } });
  const ids = { processed, failed, dead, retried, skipped };
  for (const { body } of Object.values(ids)) await statusOf(daemon, body.event_id);
  return Object.fromEntries(Object.entries(ids).map(([what, { body }]) => [what, body.event_id]));
}

const start = await daemon.logged(({ action }) => action === "ready").then(() => [...daemon.log]);
const ids = await runOfAll();
// Its line is the last of the run.
await daemon.logged((line) => line.action === "webhook_dead");

const of = (action: string, event?: string) =>
  daemon.log.filter((line) => line.action === action && (event === undefined || line.event_id === event));
const known = (line: LogLine | undefined, patterns: Record<string, RegExp> = {}) => {
  assert.ok(line !== undefined, "there is such a line");
  return without(line, { timestamp: ISO, ...patterns });
};

it("the start is told by started, store_recovered and ready, with where it listens", () => {
  const actions = start.map(({ action }) => action).filter((action) => action !== "config_warning");
  assert.deepEqual(actions, ["started", "store_recovered", "ready"]);
  assert.deepEqual(known(start.find(({ action }) => action === "ready"), { public: /^http:/, admin: /^http:/ }), {
    level: "info",
    action: "ready",
  });
});

it("each stored event leaves one webhook_received with its id, type, source and the sender's address", () => {
  const sources = { processed: "users", failed: "receive", dead: "ack", retried: "ack", skipped: "async" };
  const types = {
    processed: "users.created",
    failed: "payment.received",
    dead: "payment.received",
    retried: "gated.later",
    skipped: "nobody.takes",
  };
  for (const [what, id] of Object.entries(ids)) {
    const lines = of("webhook_received", id);
    assert.equal(lines.length, 1);
    assert.deepEqual(known(lines[0], { source_ip: /^127\.0\.0\.1$/, event_id: UUID_V7 }), {
      level: "info",
      action: "webhook_received",
      event_type: types[what as keyof typeof types],
      source: sources[what as keyof typeof sources],
    });
  }
  assert.equal(of("webhook_received").length, Object.keys(ids).length);
});

it("each event that ended leaves one webhook_processed with its time, its success and its attempt", () => {
  const ends: Record<string, [success: boolean, attempt: number]> = {
    processed: [true, 1],
    failed: [false, 1],
    dead: [false, 1],
    retried: [true, 2],
    skipped: [true, 1],
  };
  for (const [what, [success, attempt]] of Object.entries(ends)) {
    const lines = of("webhook_processed", ids[what]);
    assert.equal(lines.length, 1, what);
    const { event_type: _, ...line } = known(lines[0], { duration_ms: /^\d+(\.\d+)?$/ });
    assert.deepEqual(line, { level: "info", action: "webhook_processed", event_id: ids[what], success, attempt });
  }
});

it("each failed attempt leaves one webhook_error, each dead event one webhook_dead", () => {
  const { next_attempt_at: _, ...retried } = known(of("webhook_error", ids.retried)[0]);
  const error = { action: "webhook_error", attempt: 1 };
  assert.deepEqual(retried, {
    ...error,
    level: "warn",
    event_id: ids.retried,
    error: "not now",
    error_type: "RetryAfter",
  });
  assert.deepEqual(known(of("webhook_error", ids.dead)[0]), {
    ...error,
    level: "error",
    event_id: ids.dead,
    error: "The amount is negative: -2",
    error_type: "Rejected",
  });
  assert.deepEqual(known(of("webhook_dead")[0]), {
    level: "error",
    action: "webhook_dead",
    event_id: ids.dead,
    event_type: "payment.received",
    source: "ack",
    error: "The amount is negative: -2",
    error_type: "Rejected",
    attempt: 1,
    parked: false,
  });
  assert.deepEqual([of("webhook_error").length, of("webhook_dead").length], [3, 1]);
});

it("a refused request leaves webhook_rejected with its source and reason, a copy webhook_duplicate with the first's id", () => {
  assert.deepEqual(of("webhook_rejected").map((line) => known(line, { source_ip: /^127\.0\.0\.1$/ })), [
    { level: "warn", action: "webhook_rejected", source: "users", reason: "schema_violation" },
    { level: "warn", action: "webhook_rejected", source: "sync", reason: "signature_mismatch" },
  ]);
  assert.deepEqual(of("webhook_duplicate").map((line) => known(line)), [
    { level: "info", action: "webhook_duplicate", event_id: ids.processed, source: "users", changed_body: false },
  ]);
});

it("GET /stats is exactly the sums of the run", async () => {
  const { status, body } = await daemon.admin("/stats");
  assert.equal(status, 200);
  assert.deepEqual(without(body, { avg_processing_time_ms: /^\d+(\.\d+)?$/ }), {
    total_received: 7,
    total_processed: 3,
    total_failed: 2,
    success_rate: 3 / 5,
    events_by_type: { "users.created": 3, "payment.received": 2, other: 2 },
  });
  const times = of("webhook_processed").map((line) => line.duration_ms as number);
  const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
  assert.ok(Math.abs(body.avg_processing_time_ms - mean) < 0.01, `${body.avg_processing_time_ms} is not ${mean}`);
});

it("the metrics count the same run, to the unit", async () => {
  const found = await samples();
  const expected: Record<string, number> = {
    'hookd_events_received_total{source="users",type="users.created"}': 3,
    'hookd_events_accepted_total{source="users",type="users.created"}': 1,
    'hookd_events_rejected_total{source="users",reason="schema_violation"}': 1,
    'hookd_events_rejected_total{source="sync",reason="signature_mismatch"}': 1,
    'hookd_events_duplicate_total{source="users"}': 1,
    'hookd_events_processed_total{type="users.created"}': 1,
    'hookd_events_processed_total{type="other"}': 2,
    'hookd_events_processed_total{type="payment.received"}': 0,
    'hookd_events_dead_total{type="payment.received"}': 1,
    'hookd_attempts_total{type="payment.received",outcome="refused"}': 2,
    'hookd_attempts_total{type="other",outcome="failed"}': 1,
    'hookd_attempts_total{type="other",outcome="ok"}': 2,
    'hookd_retries_total{type="other"}': 1,
    'hookd_ack_seconds_count{source="users"}': 1,
    'hookd_ack_seconds_count{source="ack"}': 2,
    'hookd_attempt_seconds_count{type="payment.received",outcome="refused"}': 2,
    'hookd_end_to_end_seconds_count{type="payment.received"}': 2,
    hookd_queue_depth: 0,
    hookd_queue_oldest_seconds: 0,
    hookd_dead_letters: 1,
  };
  assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, found[name]])), expected);
  for (const [name, value] of Object.entries(found)) {
    assert.ok(!name.includes(CANARY) && !Object.values(ids).some((id) => name.includes(id)), name);
    assert.ok(Number.isFinite(value), name);
  }
  const failed = Object.keys(found).filter((name) =>
    name.startsWith("hookd_ack_seconds_count") && name.includes("receive")
  );
  assert.deepEqual(failed, [], "a 500 is no ack");
});

it("a thread that its handler ends is told by worker_restarted, and its event runs again", async () => {
  const { body } = await send("ack", "gated.exits");
  const line = await daemon.logged(({ action }) => action === "worker_restarted");
  assert.deepEqual(known(line, { thread: /^\d+$/, cause: /^[a-z][a-z0-9_-]*$/ }), {
    level: "warn",
    action: "worker_restarted",
  });
  assert.equal((await statusOf(daemon, body.event_id)).body.status, "processed");
  assert.equal((await samples())[`hookd_worker_restarts_total{cause="${line.cause}"}`], 1);
});

/** CONTRACT section 9. */
const NAMES = [
  ..."received accepted rejected duplicate changed_body processed dead".split(" ").map((what) =>
    `events_${what}_total`
  ),
  ..."attempts_total retries_total ack_seconds attempt_seconds end_to_end_seconds store_commit_seconds".split(" "),
  ..."queue_depth queue_oldest_seconds mailboxes dead_letters worker_threads worker_restarts_total".split(" "),
  ..."idempotency_cache_hits_total idempotency_cache_entries secret_last_match_timestamp_seconds build_info".split(" "),
  "ack_deadline_ratio",
  "sender_retries_total",
].map((name) => `hookd_${name}`);

it("every metric of the contract is there and no other of that prefix, in both formats", async () => {
  const plain = await metricsText();
  assert.equal(plain.type, "text/plain; version=0.0.4; charset=utf-8");
  const named = [...plain.text.matchAll(/^# TYPE (hookd_\S+) /gm)].map(([, name]) => name!);
  assert.deepEqual(named.sort(), [...NAMES].sort());
  for (const name of ["process_cpu_seconds_total", "process_resident_memory_bytes", "nodejs_eventloop_lag_seconds"]) {
    assert.match(plain.text, new RegExp(`^${name} `, "m"));
  }
  const open = await metricsText("application/openmetrics-text; version=1.0.0,text/plain;q=0.5");
  assert.equal(open.type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
  assert.ok(open.text.endsWith("\n# EOF\n"));
  assert.match(open.text, /^# TYPE hookd_events_received counter$/m);
  assert.match(open.text, /^hookd_events_received_total\{/m);
});

const promtool = spawnSync("promtool", ["--version"]).status === 0;

it(
  "promtool finds nothing to say about hookd's metrics",
  { skip: promtool ? false : "promtool is not installed" },
  async () => {
    const { text } = await metricsText();
    const own = text.split("\n").filter((line) => /^(# (HELP|TYPE) )?hookd_/.test(line)).join("\n") + "\n";
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], { input: own, encoding: "utf8" });
    assert.deepEqual([status, stdout, stderr], [0, "", ""]);
    const all = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
    assert.notEqual(all.status, 1, `it can be parsed:\n${all.stderr}`);
  },
);

it("a disk that refuses is a 503 with a time to come back and one store_failed, and hookd goes on when it is mended", async () => {
  const [journal, away] = ["data/journal", "data/journal-away"].map((name) => join(daemon.folder, name));
  const big = (n: number) => send("async", "nobody.takes", { data: { n, filling: "x".repeat(40_000) } });
  renameSync(journal!, away!);
  let n = 0;
  const refused = await daemon.until("a segment that cannot be made", async () => {
    const answer = await big(n++);
    return answer.status === 202 ? undefined : answer;
  });
  assert.deepEqual([refused.status, refused.body.code, refused.headers["retry-after"]], [503, "store_failed", "5"]);
  const line = await daemon.logged(({ action }) => action === "store_failed");
  assert.deepEqual(known(line, { error: /segment/, hint: /./ }), {
    level: "error",
    action: "store_failed",
    error_type: "ERR_STORE_FAILED",
  });
  assert.ok(!refused.body.detail.includes("segment"), "the cause is for the log");
  assert.equal((await daemon.admin("/readyz")).status, 503);
  renameSync(away!, journal!);
  await daemon.until("a disk that takes events", async () => (await big(n++)).status === 202 || undefined);
  assert.equal((await daemon.admin("/readyz")).status, 200);
  await daemon.settled();
});

it("the end is told by draining and stopped; no line of all showed a body or a secret", async () => {
  const ended = await daemon.stop();
  assert.deepEqual([ended.code, ended.signal], [0, null]);
  assert.deepEqual(daemon.log.slice(-2).map(({ action }) => action), ["draining", "stopped"]);
  const text = JSON.stringify(daemon.log);
  assert.ok(!text.includes(CANARY) && !text.includes(SECRET));
  for (const line of daemon.log) {
    assert.match(String(line.action), /^[a-z_]+$/);
    assert.match(String(line.timestamp), ISO);
  }
  sender.close();
  await daemon.end();
});
