/**
 * The one place where a thing that happened becomes metrics and a log line. All rooms tell it through `Emit`.
 * Promise: whatever goes wrong here, the caller does not notice; telemetry is never a reason to lose an event.
 */
import { messageOf } from "../errors.ts";
import type { AttemptRecord, Delivery, StoredEvent } from "../model.ts";
import type { Clock, Emit, Signal } from "../ports.ts";
import { withHandlerFields } from "./handler-fields.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";

export interface TelemetryNeeds {
  metrics: Omit<Metrics, "text" | "stats">;
  log: Pick<Log, "write" | "takes">;
  clock: Pick<Clock, "now">;
}

export function createTelemetry(needs: TelemetryNeeds): Emit {
  /** Signals that could not be told: each kind is reported once, since a broken log may be the cause. */
  const broken = new Set<Signal["kind"]>();
  return (signal) => {
    try {
      tell(signal, needs);
    } catch (error) {
      if (broken.has(signal.kind)) return;
      broken.add(signal.kind);
      reportBroken(signal, { error, log: needs.log });
    }
  };
}

function reportBroken(signal: Signal, options: { error: unknown; log: TelemetryNeeds["log"] }): void {
  try {
    options.log.write("internal_error", "error", {
      where: `telemetry of ${signal.kind}`,
      error: messageOf(options.error),
      error_type: "telemetry",
    });
  } catch {
    // The log is what is broken: there is nobody left to tell.
  }
}

function tell(signal: Signal, { metrics, log, clock }: TelemetryNeeds): void {
  switch (signal.kind) {
    case "received":
      return metrics.received(signal.source, signal.type);
    case "accepted":
      metrics.accepted(signal.event.source, signal.event.type);
      if (signal.senderRetry !== undefined) metrics.senderRetried(signal.event.source);
      if (!log.takes("info")) return;
      return log.write("webhook_received", "info", { ...receivedFields(signal.event), ...retryFields(signal) });
    case "acked":
      return metrics.acked(signal.source, signal);
    case "rejected":
      metrics.rejected(signal.source, signal.reason, signal.events);
      return log.write("webhook_rejected", "warn", {
        source: signal.source,
        reason: signal.reason,
        source_ip: signal.sourceIp ?? null,
        ...(signal.detail === undefined ? {} : { detail: signal.detail }),
        ...(signal.events === undefined ? {} : { events: signal.events }),
      });
    case "duplicate":
      metrics.duplicate(signal.source, signal.changedBody);
      if (signal.senderRetry !== undefined) metrics.senderRetried(signal.source);
      return log.write("webhook_duplicate", "info", {
        event_id: signal.eventId,
        source: signal.source,
        changed_body: signal.changedBody,
        ...retryFields(signal),
      });
    case "handshake":
      return log.write("handshake", "info", {
        source: signal.source,
        kind: signal.handshake,
        source_ip: signal.sourceIp ?? null,
      });
    case "subscription-offered":
      // Until an operator confirms it, this sender sends nothing.
      return log.write("subscription_offered", "warn", {
        source: signal.source,
        host: signal.host,
        source_ip: signal.sourceIp ?? null,
      });
    case "secret-matched":
      return metrics.secretMatched(signal.source, { key: signal.key, at: clock.now() });
    case "attempt":
      metrics.attempted(signal.delivery.event.type, signal.attempt);
      if (signal.attempt.failure === undefined) return;
      // A failure that will be tried again is business as usual; one that will not needs somebody.
      return log.write(
        "webhook_error",
        signal.attempt.nextAttemptAt === undefined ? "error" : "warn",
        errorFields(signal.delivery, signal.attempt),
      );
    case "settled":
      return tellSettled(signal, { metrics, log, clock });
    case "handler-log":
      return log.write(
        "handler_log",
        signal.level,
        withHandlerFields(
          { event_id: signal.eventId, event_type: signal.type, message: signal.message },
          signal.fields,
        ),
      );
    case "stray-throw":
      return log.write("stray_throw", "error", {
        event_id: signal.eventId ?? null,
        error: signal.message,
        error_type: "stray",
      });
    case "worker-started":
      return log.write("worker_started", "debug", { thread: signal.thread });
    case "worker-restarted":
      metrics.workerRestarted(signal.cause);
      return log.write("worker_restarted", "warn", { cause: signal.cause, thread: signal.thread });
    case "store-commit":
      return metrics.committed(signal.seconds);
    case "store-failed":
      return log.write("store_failed", "error", {
        error: signal.message,
        error_type: signal.code,
        hint: signal.hint,
      });
    case "store-recovered":
      return log.write("store_recovered", signal.damage.length === 0 ? "info" : "error", {
        events: signal.events,
        waiting: signal.waiting,
        damage: signal.damage,
        torn_bytes: signal.tornBytes,
        duration_ms: rounded(signal.seconds * 1000),
      });
    case "started":
    case "ready":
    case "draining":
    case "stopped":
    case "reloaded":
      return log.write(signal.kind, "info", signal.detail);
    case "config-warning":
      return log.write("config_warning", "warn", { message: signal.message });
    case "reload-failed":
      return log.write("reload_failed", "error", { error: signal.message, error_type: "reload" });
    case "admin-acted":
      return log.write("admin_acted", "info", {
        operation: signal.action,
        target: signal.target,
        source_ip: signal.sourceIp ?? null,
      });
    case "admin-refused":
      return log.write("admin_refused", "warn", {
        reason: signal.reason,
        method: signal.method,
        path: signal.path,
        source_ip: signal.sourceIp ?? null,
      });
    case "internal-error":
      return log.write("internal_error", "error", {
        where: signal.where,
        error: signal.message,
        error_type: "internal",
        ...(signal.stack === undefined ? {} : { stack: signal.stack }),
      });
    default:
      signal satisfies never;
  }
}

function tellSettled(
  { delivery, decision, durationMs }: Extract<Signal, { kind: "settled" }>,
  { metrics, log, clock }: TelemetryNeeds,
): void {
  // A retry is told by its attempt: the event has not ended.
  if (decision.kind === "retry") return;
  const { event } = delivery;
  const success = decision.kind === "complete";
  metrics.ended(event.type, {
    kind: success ? "processed" : decision.kind === "dead-letter" ? "dead" : "failed",
    endToEndMs: clock.now() - event.receivedAt,
    durationMs,
  });
  if (log.takes("info")) {
    log.write("webhook_processed", "info", {
      event_id: event.id,
      event_type: event.type,
      duration_ms: rounded(durationMs),
      success,
      attempt: delivery.attempt,
    });
  }
  if (decision.kind !== "dead-letter") return;
  log.write("webhook_dead", "error", {
    event_id: event.id,
    event_type: event.type,
    source: event.source,
    error: decision.failure.message,
    error_type: decision.failure.code,
    attempt: delivery.attempt,
    parked: decision.park,
  });
}

function receivedFields(event: StoredEvent) {
  return {
    event_id: event.id,
    event_type: event.type,
    source: event.source,
    source_ip: event.sourceIp ?? null,
    ...(event.replayOf === undefined ? {} : { replay_of: event.replayOf }),
  };
}

function retryFields({ senderRetry }: { senderRetry?: number | undefined }) {
  return senderRetry === undefined ? {} : { sender_retry: senderRetry };
}

function errorFields({ event }: Delivery, attempt: AttemptRecord) {
  return {
    event_id: event.id,
    error: attempt.failure?.message,
    error_type: attempt.failure?.code,
    attempt: attempt.attempt,
    ...(attempt.nextAttemptAt !== undefined && { next_attempt_at: new Date(attempt.nextAttemptAt).toISOString() }),
  };
}

/** To a microsecond: clocks show no more. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
