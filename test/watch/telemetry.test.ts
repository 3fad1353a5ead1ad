import assert from "node:assert/strict";
import { test } from "node:test";
import type { AttemptRecord } from "../../src/model.ts";
import type { Signal } from "../../src/ports.ts";
import { createTelemetry, type TelemetryNeeds } from "../../src/watch/telemetry.ts";
import { aDelivery, aStoredEvent } from "../support/an-event.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { keptLog, TIMESTAMP } from "./kept-log.ts";

/** Telemetry over a real log whose lines are kept, and metrics that only note what they are told. */
function openTelemetry(over: Partial<TelemetryNeeds> = {}) {
  const { log, lines } = keptLog();
  const told: [name: string, ...args: unknown[]][] = [];
  const metrics = new Proxy({}, {
    get: (_, name) => (...args: unknown[]) => void told.push([String(name), ...args]),
  }) as TelemetryNeeds["metrics"];
  const emit = createTelemetry({ metrics, log, clock: fakeClock(), ...over });
  return { emit, told, lines };
}

const ID = "018bcfe5-6800-7000-8000-000000000001";
const event = aStoredEvent({ id: ID, receivedAt: 1_699_999_998_000, sourceIp: "203.0.113.7" });
const delivery = aDelivery({ event, attempt: 2 });
const failure = { code: "E_STOCK", message: "no stock", stack: "at /secret" };
const attempt = (over: Partial<AttemptRecord>): AttemptRecord => ({
  attempt: 2,
  startedAt: 0,
  durationMs: 40,
  outcome: "failed",
  ...over,
});
const of = { event_id: ID, event_type: "order.placed" };

/** What a signal is told to metrics as, and the lines it is logged as, without their `timestamp`. */
const rows: [says: string, signal: Signal, told: unknown[][], lines: Record<string, unknown>[]][] = [
  ["received", { kind: "received", source: "events", type: "a" }, [["received", "events", "a"]], []],
  ["accepted", { kind: "accepted", event }, [["accepted", "events", "order.placed"]], [
    { level: "info", action: "webhook_received", ...of, source: "events", source_ip: "203.0.113.7" },
  ]],
  [
    "accepted again by a replay, from nowhere",
    { kind: "accepted", event: aStoredEvent({ id: ID, replayOf: "first" }) },
    [["accepted", "events", "order.placed"]],
    [{ level: "info", action: "webhook_received", ...of, source: "events", source_ip: null, replay_of: "first" }],
  ],
  [
    "acked",
    { kind: "acked", source: "events", seconds: 0.1, deadlineSeconds: 10 },
    [["acked", "events", { kind: "acked", source: "events", seconds: 0.1, deadlineSeconds: 10 }]],
    [],
  ],
  [
    "rejected",
    { kind: "rejected", source: "events", reason: "stale", sourceIp: "203.0.113.7" },
    [["rejected", "events", "stale", undefined]],
    [{ level: "warn", action: "webhook_rejected", source: "events", reason: "stale", source_ip: "203.0.113.7" }],
  ],
  [
    "rejected with more to say",
    { kind: "rejected", source: "events", reason: "stale", detail: "400 s old" },
    [["rejected", "events", "stale", undefined]],
    [{
      level: "warn",
      action: "webhook_rejected",
      source: "events",
      reason: "stale",
      source_ip: null,
      detail: "400 s old",
    }],
  ],
  [
    "rejected, several at once",
    { kind: "rejected", source: "events", reason: "schema_violation", events: 3 },
    [["rejected", "events", "schema_violation", 3]],
    [{
      level: "warn",
      action: "webhook_rejected",
      source: "events",
      reason: "schema_violation",
      source_ip: null,
      events: 3,
    }],
  ],
  [
    "accepted on a further try of its sender",
    { kind: "accepted", event, senderRetry: 2 },
    [["accepted", "events", "order.placed"], ["senderRetried", "events"]],
    [{
      level: "info",
      action: "webhook_received",
      ...of,
      source: "events",
      source_ip: "203.0.113.7",
      sender_retry: 2,
    }],
  ],
  [
    "duplicate on a further try of its sender",
    { kind: "duplicate", source: "events", eventId: ID, changedBody: false, senderRetry: 1 },
    [["duplicate", "events", false], ["senderRetried", "events"]],
    [{
      level: "info",
      action: "webhook_duplicate",
      event_id: ID,
      source: "events",
      changed_body: false,
      sender_retry: 1,
    }],
  ],
  [
    "handshake",
    { kind: "handshake", source: "events", handshake: "url_verification", sourceIp: "203.0.113.7" },
    [],
    [{ level: "info", action: "handshake", source: "events", kind: "url_verification", source_ip: "203.0.113.7" }],
  ],
  [
    "subscription-offered",
    { kind: "subscription-offered", source: "events", host: "sns.us-west-2.amazonaws.com" },
    [],
    [{
      level: "warn",
      action: "subscription_offered",
      source: "events",
      host: "sns.us-west-2.amazonaws.com",
      source_ip: null,
    }],
  ],
  [
    "duplicate",
    { kind: "duplicate", source: "events", eventId: ID, changedBody: true },
    [["duplicate", "events", true]],
    [{ level: "info", action: "webhook_duplicate", event_id: ID, source: "events", changed_body: true }],
  ],
  [
    "secret-matched",
    { kind: "secret-matched", source: "events", key: 1 },
    [["secretMatched", "events", { key: 1, at: 1_700_000_000_000 }]],
    [],
  ],
  [
    "an attempt that went well",
    { kind: "attempt", delivery, attempt: attempt({ outcome: "ok" }) },
    [["attempted", "order.placed", attempt({ outcome: "ok" })]],
    [],
  ],
  [
    "an attempt that is tried again",
    { kind: "attempt", delivery, attempt: attempt({ failure, nextAttemptAt: 9 }) },
    [["attempted", "order.placed", attempt({ failure, nextAttemptAt: 9 })]],
    [{
      level: "warn",
      action: "webhook_error",
      event_id: ID,
      error: "no stock",
      error_type: "E_STOCK",
      attempt: 2,
      next_attempt_at: "1970-01-01T00:00:00.009Z",
    }],
  ],
  [
    "an attempt that was the last",
    { kind: "attempt", delivery, attempt: attempt({ outcome: "refused", failure }) },
    [["attempted", "order.placed", attempt({ outcome: "refused", failure })]],
    [{ level: "error", action: "webhook_error", event_id: ID, error: "no stock", error_type: "E_STOCK", attempt: 2 }],
  ],
  [
    "settled as complete",
    { kind: "settled", delivery, decision: { kind: "complete", result: "{}" }, durationMs: 12.34567 },
    [["ended", "order.placed", { kind: "processed", endToEndMs: 2_000, durationMs: 12.34567 }]],
    [{ level: "info", action: "webhook_processed", ...of, duration_ms: 12.346, success: true, attempt: 2 }],
  ],
  [
    "settled as dead",
    { kind: "settled", delivery, decision: { kind: "dead-letter", failure, park: true }, durationMs: 40 },
    [["ended", "order.placed", { kind: "dead", endToEndMs: 2_000, durationMs: 40 }]],
    [
      { level: "info", action: "webhook_processed", ...of, duration_ms: 40, success: false, attempt: 2 },
      {
        level: "error",
        action: "webhook_dead",
        ...of,
        source: "events",
        error: "no stock",
        error_type: "E_STOCK",
        attempt: 2,
        parked: true,
      },
    ],
  ],
  [
    "settled as failed, which the sender was told",
    { kind: "settled", delivery, decision: { kind: "fail", failure }, durationMs: 40 },
    [["ended", "order.placed", { kind: "failed", endToEndMs: 2_000, durationMs: 40 }]],
    [{ level: "info", action: "webhook_processed", ...of, duration_ms: 40, success: false, attempt: 2 }],
  ],
  [
    "settled for now, to be tried again",
    { kind: "settled", delivery, decision: { kind: "retry", at: 9, failure }, durationMs: 40 },
    [],
    [],
  ],
  [
    "handler-log",
    {
      kind: "handler-log",
      eventId: ID,
      type: "order.placed",
      level: "warn",
      message: "low",
      fields: { left: 1, event_id: "forged", action: "forged", level: "error" },
    },
    [],
    [{ level: "warn", action: "handler_log", left: 1, ...of, message: "low" }],
  ],
  ["stray-throw", { kind: "stray-throw", eventId: undefined, message: "late" }, [], [
    { level: "error", action: "stray_throw", event_id: null, error: "late", error_type: "stray" },
  ]],
  ["worker-started", { kind: "worker-started", thread: 1 }, [], [{
    level: "debug",
    action: "worker_started",
    thread: 1,
  }]],
  ["worker-restarted", { kind: "worker-restarted", cause: "stuck", thread: 1 }, [["workerRestarted", "stuck"]], [
    { level: "warn", action: "worker_restarted", cause: "stuck", thread: 1 },
  ]],
  ["store-commit", { kind: "store-commit", seconds: 0.1, records: 3 }, [["committed", 0.1]], []],
  [
    "store-failed",
    { kind: "store-failed", code: "ERR_STORE_FULL", message: "ENOSPC", hint: "free some" },
    [],
    [{ level: "error", action: "store_failed", error: "ENOSPC", error_type: "ERR_STORE_FULL", hint: "free some" }],
  ],
  [
    "store-recovered",
    { kind: "store-recovered", events: 5, waiting: 2, damage: [], tornBytes: 7, seconds: 0.25 },
    [],
    [{ level: "info", action: "store_recovered", events: 5, waiting: 2, damage: [], torn_bytes: 7, duration_ms: 250 }],
  ],
  [
    "store-recovered with damage",
    { kind: "store-recovered", events: 5, waiting: 2, damage: ["a: 1-2"], tornBytes: 0, seconds: 0.25 },
    [],
    [{
      level: "error",
      action: "store_recovered",
      events: 5,
      waiting: 2,
      damage: ["a: 1-2"],
      torn_bytes: 0,
      duration_ms: 250,
    }],
  ],
  ["ready", { kind: "ready", detail: { public: "http://127.0.0.1:1" } }, [], [
    { level: "info", action: "ready", public: "http://127.0.0.1:1" },
  ]],
  ...(["started", "draining", "stopped", "reloaded"] as const).map((kind): (typeof rows)[number] => [
    kind,
    { kind },
    [],
    [{ level: "info", action: kind }],
  ]),
  ["reload-failed", { kind: "reload-failed", message: "line 3" }, [], [
    { level: "error", action: "reload_failed", error: "line 3", error_type: "reload" },
  ]],
  [
    "admin-acted",
    { kind: "admin-acted", action: "drop", target: ID, sourceIp: "127.0.0.1" },
    [],
    [{ level: "info", action: "admin_acted", operation: "drop", target: ID, source_ip: "127.0.0.1" }],
  ],
  [
    "admin-refused",
    { kind: "admin-refused", reason: "host_not_allowed", method: "GET", path: "/", sourceIp: undefined },
    [],
    [{ level: "warn", action: "admin_refused", reason: "host_not_allowed", method: "GET", path: "/", source_ip: null }],
  ],
  [
    "internal-error",
    { kind: "internal-error", where: "here", message: "oops", stack: "Error: oops\n  at x" },
    [],
    [{
      level: "error",
      action: "internal_error",
      where: "here",
      error: "oops",
      error_type: "internal",
      stack: "Error: oops\n  at x",
    }],
  ],
];

for (const [says, signal, told, lines] of rows) {
  test(`${says}: ${told.length} to metrics, ${lines.length} to the log`, () => {
    const telemetry = openTelemetry();
    telemetry.emit(signal);
    assert.deepEqual(telemetry.told, told);
    assert.deepEqual(telemetry.lines(), lines.map((line) => ({ ...line, timestamp: TIMESTAMP })));
  });
}

test("no line shows what an event carries or what its sender proved itself with", () => {
  const { emit, lines } = openTelemetry();
  const carrying = aStoredEvent({
    headers: ["Authorization", "Bearer canary-5f1c"],
    body: new TextEncoder().encode("canary-5f1c"),
    key: "canary-5f1c",
  });
  const loaded = aDelivery({ event: carrying });
  emit({ kind: "accepted", event: carrying });
  emit({ kind: "attempt", delivery: loaded, attempt: attempt({ failure }) });
  emit({ kind: "settled", delivery: loaded, decision: { kind: "complete", result: '"canary-5f1c"' }, durationMs: 1 });
  emit({ kind: "settled", delivery: loaded, decision: { kind: "dead-letter", failure, park: false }, durationMs: 1 });
  assert.equal(lines().length, 5);
  assert.ok(!JSON.stringify(lines()).includes("canary"));
});

test("metrics that throw never reach the path, and are reported once for each kind", () => {
  const broken = () => {
    throw new Error("broken");
  };
  const metrics = { committed: broken, acked: broken, received: () => {} } as unknown as TelemetryNeeds["metrics"];
  const { emit, lines } = openTelemetry({ metrics });
  const commit: Signal = { kind: "store-commit", seconds: 1, records: 1 };
  for (
    const signal of [commit, commit, { kind: "acked", source: "a", seconds: 1, deadlineSeconds: 1 } as const, commit]
  ) emit(signal);
  emit({ kind: "draining" });
  assert.deepEqual(lines().map(({ action, where, error }) => [action, where, error]), [
    ["internal_error", "telemetry of store-commit", "broken"],
    ["internal_error", "telemetry of acked", "broken"],
    ["draining", undefined, undefined],
  ]);
});

test("a log that throws never reaches the path either", () => {
  const write = () => {
    throw new Error("broken");
  };
  const { emit, told } = openTelemetry({ log: { write, takes: () => true } });
  emit({ kind: "accepted", event });
  emit({ kind: "accepted", event });
  assert.equal(told.length, 2);
});
