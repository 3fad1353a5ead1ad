/**
 * The bodies that a sender gets, exactly as CONTRACT section 3 writes them, one function for each. Pure;
 * which of them is due is decided in `reply.ts`.
 */
import type { ResponseMode } from "../model.ts";

/** What is written to the sender. */
export interface Answer {
  kind: "answer";
  status: number;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

/** Where `GET /webhooks/status/{event_id}` lives. */
export const STATUS_PATH = "/webhooks/status/";

interface JsonMore {
  headers?: Readonly<Record<string, string>>;
  /** A handler's result: JSON text of any size, set into the object as it is and not parsed and written again. */
  result?: string | undefined;
}

export function json(status: number, value: object, { headers = {}, result }: JsonMore = {}): Answer {
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
  ahead?: number;
}

/** Stored, and not settled yet: 202 in the words of the mode. The modes that wait say it as `status` does. */
export function queuedAnswer(mode: ResponseMode, told: Told): Answer {
  const { eventId, ahead } = told;
  const again = told.duplicate ? { duplicate: true } : {};
  switch (mode) {
    case "queue": {
      const place = ahead === undefined ? {} : { queue_position: ahead };
      return json(202, { status: "queued", event_id: eventId, ...place, ...again });
    }
    case "task":
      return json(202, { status: "queued", task_id: eventId, ...again });
    case "ack": {
      const message = "Webhook received, processing asynchronously";
      return json(202, { status: "acknowledged", event_id: eventId, message, ...again });
    }
    case "status":
    case "sync":
    case "sender-retry": {
      const url = statusUrl(told);
      return json(202, { status: "queued", event_id: eventId, status_url: url, ...again }, {
        headers: { Location: url },
      });
    }
  }
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
  const body = { status: "processed", event_id: eventId, idempotency_key: key, processing_time_ms: processingMs };
  return json(200, { ...body, ...(duplicate && { duplicate }) }, { result });
}

/** The success of mode `sender-retry`. */
export function senderProcessedAnswer({ result, duplicate }: Pick<Processed, "result" | "duplicate">): Answer {
  return json(200, { status: "processed", ...(duplicate && { duplicate }) }, { result });
}

/** Settled before. `result` in sync mode only. */
export function alreadyProcessedAnswer(first: { key: string; eventId: string; result: string | undefined }): Answer {
  const { key, eventId, result } = first;
  return json(200, { status: "already_processed", idempotency_key: key, event_id: eventId }, { result });
}

/** Sync mode, failed for good. The key is free again: a repeat by the sender runs. */
export function failedAnswer(failed: { eventId: string; error: string }): Answer {
  return json(500, { status: "failed", error: failed.error, event_id: failed.eventId });
}

/** Mode `sender-retry`, attempts are left: the sender is asked to try again. */
export function temporaryFailureAnswer(
  failed: { error: string; attempt: number; retryAfterS: number },
): Answer {
  const { error, attempt, retryAfterS } = failed;
  return json(503, { status: "temporary_failure", error, attempt }, {
    headers: { "Retry-After": String(retryAfterS) },
  });
}

/** Mode `sender-retry`, no attempt is left: a 200, so that the sender stops. */
export function sentToDlqAnswer(failed: { error: string }): Answer {
  return json(200, { status: "failed", error: failed.error, sent_to_dlq: true });
}

/** Taken note of and not stored. */
export const IGNORED: Answer = { kind: "answer", status: 204, contentType: "", body: "" };
