/** How an event, an attempt, a letter and a mailbox look in the answers of the admin listener. */
import { Buffer } from "node:buffer";
import type { Static } from "typebox";
import type { AttemptRecord, DeadLetter, EventRecord, Failure, MailboxView, UnixMs } from "../model.ts";
import type { EventDetail, EventSummary, Mailbox } from "./admin-schemas.ts";
import { type Redact, redactedHeaders } from "./redact.ts";

/** An item of `GET /events`; CONTRACT section 4 names its fields. */
export function summaryOf(record: EventRecord): Static<typeof EventSummary> {
  return {
    event_id: record.event.id,
    event_type: record.event.type,
    source: record.event.source,
    state: record.state,
    received_at: iso(record.event.receivedAt),
    processed_at: record.settledAt === undefined ? null : iso(record.settledAt),
    /** Null until it has ended. */
    success: record.state === "completed" ? true : record.state === "dead" ? false : null,
    error_message: record.failure?.message ?? null,
    attempts: record.attempts.length,
    /** Of the last attempt. */
    duration_ms: record.attempts.at(-1)?.durationMs ?? null,
  };
}

/**
 * The body of `GET /events/{id}`: the summary with everything that was received and done. `attempts` is the
 * list of them here, oldest first. `body` is null where the bytes are not UTF-8; `body_base64` is always exact.
 */
export function detailOf(record: EventRecord, redact: Redact): Static<typeof EventDetail> {
  const { event } = record;
  return {
    ...summaryOf(record),
    idempotency_key: event.key,
    ordering_key: event.orderingKey ?? null,
    source_ip: event.sourceIp ?? null,
    replay_of: event.replayOf ?? null,
    generation: record.generation,
    headers: redactedHeaders(event.headers, redact),
    body: textOf(event.body),
    body_base64: Buffer.from(event.body).toString("base64"),
    attempts: record.attempts.map(attemptView),
    next_attempt_at: record.nextAttemptAt === undefined ? null : iso(record.nextAttemptAt),
    error: record.failure === undefined ? null : failureView(record.failure),
    result: record.result === undefined ? null : JSON.parse(record.result),
  };
}

function attemptView(attempt: AttemptRecord) {
  return {
    attempt: attempt.attempt,
    started_at: iso(attempt.startedAt),
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    error: attempt.failure === undefined ? null : failureView(attempt.failure),
    next_attempt_at: attempt.nextAttemptAt === undefined ? null : iso(attempt.nextAttemptAt),
  };
}

function failureView({ code, message }: Failure) {
  return { code, message };
}

/** A letter as it stands in the file, without what its headers would give away. */
export function letterView(letter: DeadLetter, redact: Redact): DeadLetter {
  const headers = Object.entries(letter.event.headers).map(([name, value]) => [name, redact(name, value)]);
  return { ...letter, event: { ...letter.event, headers: Object.fromEntries(headers) } };
}

export function mailboxView(mailbox: MailboxView): Static<typeof Mailbox> {
  return {
    key: mailbox.key,
    source: mailbox.source,
    ordering_key: mailbox.orderingKey,
    state: mailbox.state,
    waiting: mailbox.waiting,
  };
}

function iso(at: UnixMs): string {
  return new Date(at).toISOString();
}

/** Undamaged or not at all: a replaced byte would show a body that nobody sent. */
function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}
