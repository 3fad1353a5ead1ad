/**
 * The bodies that a sender gets, exactly as CONTRACT section 3 writes them, one function for each. Pure;
 * which of them is due is decided in `reply.ts`.
 */
import type { Static, TSchema } from "typebox";
import type { ResponseMode } from "../model.ts";
import type {
  AckAnswer,
  AlreadyProcessedAnswer,
  FailedAnswer,
  ListAnswer,
  ProcessedAnswer,
  QueueAnswer,
  SenderProcessedAnswer,
  SentToDlqAnswer,
  StatusAnswer,
  TaskAnswer,
  TemporaryFailureAnswer,
} from "./answer-schemas.ts";

/** What is written to the sender. */
export interface Answer {
  kind: "answer";
  status: number;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>> | undefined;
}

/** Where `GET /webhooks/status/{event_id}` lives. */
export const STATUS_PATH = "/webhooks/status/";

interface JsonMore {
  headers?: Readonly<Record<string, string>>;
  /** A handler's result: JSON text of any size, set into the object as it is and not parsed and written again. */
  result?: string | undefined;
}

/** The type argument is the schema that the body meets; `result` is not part of `value`. */
export function json<Schema extends TSchema>(
  status: number,
  value: Omit<Static<Schema>, "result">,
  { headers, result }: JsonMore = {},
): Answer {
  const text = JSON.stringify(value);
  const body = result === undefined ? text : `${text.slice(0, -1)},"result":${result}}`;
  return { kind: "answer", status, contentType: "application/json", body, headers };
}

/** What is known of the event that the answer is about. */
export interface Told {
  eventId: string;
  /** Somebody sent it before. */
  duplicate: boolean;
  /** Base of absolute status URLs; undefined: a path is given. */
  publicUrl: string | undefined;
  /** Deliveries before it; unknown for a duplicate. */
  ahead?: number | undefined;
}

/** Stored, and not settled yet: 202 in the words of the mode. The modes that wait say it as `status` does. */
export function queuedAnswer(mode: ResponseMode, told: Told): Answer {
  const { eventId, ahead } = told;
  const again = told.duplicate ? { duplicate: true as const } : {};
  switch (mode) {
    case "queue": {
      const place = ahead === undefined ? {} : { queue_position: ahead };
      return json<typeof QueueAnswer>(202, { status: "queued", event_id: eventId, ...place, ...again });
    }
    case "task":
      return json<typeof TaskAnswer>(202, { status: "queued", task_id: eventId, ...again });
    case "ack": {
      const message = "Webhook received, processing asynchronously";
      return json<typeof AckAnswer>(202, { status: "acknowledged", event_id: eventId, message, ...again });
    }
    case "status":
    case "sync":
    case "sender-retry": {
      const url = statusUrl(told);
      return json<typeof StatusAnswer>(202, { status: "queued", event_id: eventId, status_url: url, ...again }, {
        headers: { Location: url },
      });
    }
  }
}

/** A list was stored: an id for each event in its order, of one that was sent before the first one's. */
export function listAnswer(mode: ResponseMode, { eventIds, duplicates }: { eventIds: string[]; duplicates: number }) {
  const status = mode === "ack" ? "acknowledged" : "queued";
  return json<typeof ListAnswer>(202, { status, event_ids: eventIds, count: eventIds.length, duplicates });
}

function statusUrl({ eventId, publicUrl }: Told): string {
  return `${publicUrl?.replace(/\/+$/, "") ?? ""}${STATUS_PATH}${eventId}`;
}

/** What a wait came to, in mode `sync`. */
export interface Processed {
  eventId: string;
  key: string;
  result: string;
  processingMs: number;
  duplicate: boolean;
}

export function processedAnswer({ eventId, key, result, processingMs, duplicate }: Processed): Answer {
  return json<typeof ProcessedAnswer>(200, {
    status: "processed",
    event_id: eventId,
    idempotency_key: key,
    processing_time_ms: processingMs,
    ...(duplicate && { duplicate }),
  }, { result });
}

/** The success of mode `sender-retry`. */
export function senderProcessedAnswer({ result, duplicate }: Pick<Processed, "result" | "duplicate">): Answer {
  return json<typeof SenderProcessedAnswer>(200, { status: "processed", ...(duplicate && { duplicate }) }, { result });
}

/** Settled before. `result` in sync mode only. */
export function alreadyProcessedAnswer(first: { key: string; eventId: string; result: string | undefined }): Answer {
  const { key, eventId, result } = first;
  return json<typeof AlreadyProcessedAnswer>(200, {
    status: "already_processed",
    idempotency_key: key,
    event_id: eventId,
  }, { result });
}

/** A failure that the sender is told; `duplicate`: a copy of the event that failed. */
interface Failed {
  error: string;
  duplicate: boolean;
}

/** Sync mode, failed for good. The key is free again: a repeat by the sender runs. */
export function failedAnswer({ eventId, error, duplicate }: Failed & { eventId: string }): Answer {
  return json<typeof FailedAnswer>(500, {
    status: "failed",
    error,
    event_id: eventId,
    ...(duplicate && { duplicate }),
  });
}

/** Mode `sender-retry`, attempts are left: the sender is asked to try again. */
export function temporaryFailureAnswer(
  { error, attempt, retryAfterS, duplicate }: Failed & { attempt: number; retryAfterS: number },
): Answer {
  const body = { status: "temporary_failure" as const, error, attempt, ...(duplicate && { duplicate }) };
  return json<typeof TemporaryFailureAnswer>(503, body, { headers: { "Retry-After": String(retryAfterS) } });
}

/** Mode `sender-retry`, no attempt is left: a 200, so that the sender stops. */
export function sentToDlqAnswer({ error, duplicate }: Failed): Answer {
  return json<typeof SentToDlqAnswer>(200, {
    status: "failed",
    error,
    sent_to_dlq: true,
    ...(duplicate && { duplicate }),
  });
}

/** Taken note of and not stored. */
export const IGNORED: Answer = { kind: "answer", status: 204, contentType: "", body: "" };
