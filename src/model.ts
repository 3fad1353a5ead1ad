/**
 * The nouns of hookd: what a sender sent (event), our obligation to get it handled (delivery), how one
 * run of a handler ended (outcome) and what we do about it (decision). Plain data; imports nothing.
 *
 *   append          claim            settle: complete | dead-letter | fail
 *   ------> available ------> running ------------------------------------> completed | dead
 *               ^                |
 *               |  due           | settle: retry
 *               +-- retryable <--+
 */

/** Milliseconds since the Unix epoch, by the daemon's clock. */
export type UnixMs = number;

/** Header names and values in the order in which they arrived, as node:http's `rawHeaders` gives them. */
export type RawHeaders = readonly string[];

export type LogLevel = "debug" | "info" | "warn" | "error";

/** How a source answers its sender; CONTRACT section 3. */
export type ResponseMode = "sync" | "queue" | "task" | "ack" | "status" | "sender-retry";

/** A verified event that is not stored yet. */
export interface NewEvent {
  source: string;
  type: string;
  /** The sender's id of the event, or the hex SHA-256 of the body. Unique per source within the window. */
  key: string;
  /** Events of one source that share it run one at a time, in order of acceptance. */
  orderingKey?: string | undefined;
  headers: RawHeaders;
  /** The exact bytes that were received. */
  body: Uint8Array;
  receivedAt: UnixMs;
  sourceIp?: string | undefined;
  /** Which attempt the first run is, where the sender counts (mode `sender-retry`); else 1. */
  firstAttempt?: number | undefined;
  /** How long (ms) a later event with this key counts as a duplicate, counted from `receivedAt`. */
  windowMs: number;
  /** The event that this one runs again; a replay claims no idempotency key. */
  replayOf?: string | undefined;
}

/** An event at rest: immutable. */
export interface StoredEvent extends NewEvent {
  /** Unguessable UUIDv7; ascending in order of acceptance. */
  id: string;
}

/** Where a delivery stands. */
export type DeliveryState = "available" | "running" | "retryable" | "completed" | "dead";

/** Our obligation to get one event handled, claimed for one attempt. */
export interface Delivery {
  event: StoredEvent;
  /** The attempt about to run, from 1. */
  attempt: number;
  /** How often the event was taken out of the dead letters; 0 at first. Attempts count anew in each. */
  generation: number;
}

/** Why an attempt failed, as data: it crosses threads and rests on disk. */
export interface Failure {
  /** Stable and short: the error's `code`, else its class name. */
  code: string;
  message: string;
  stack?: string;
}

/** How one attempt ended. */
export type Outcome =
  /** The handler returned; `result` is JSON text. */
  | { kind: "ok"; result: string }
  /** It threw, timed out or took its thread with it. `retryAfterMs` when the handler asked for a time. */
  | { kind: "failed"; failure: Failure; retryAfterMs?: number }
  /** It said that no retry can help (`Rejected`). */
  | { kind: "refused"; failure: Failure }
  /** It ended through no fault of its own (a neighbour killed the thread, drain): not an attempt. */
  | { kind: "interrupted"; cause: string };

/** What we do about an outcome. */
export type Decision =
  | { kind: "complete"; result: string }
  | { kind: "retry"; at: UnixMs; failure: Failure }
  /** `park`: the mailbox waits for an operator instead of going on. */
  | { kind: "dead-letter"; failure: Failure; park: boolean }
  /**
   * Failed, and the sender is told so in the answer: no dead letter, the key is free again. `retryAfterMs`: the
   * sender has attempts left, and is asked to come again after so long.
   */
  | { kind: "fail"; failure: Failure; retryAfterMs?: number }
  /** Not charged: claimable again at once, at the head of its mailbox. */
  | { kind: "give-back" };

/** One finished attempt, as it is kept and shown. */
export interface AttemptRecord {
  attempt: number;
  startedAt: UnixMs;
  durationMs: number;
  outcome: "ok" | "failed" | "refused";
  failure?: Failure;
  /** When the next attempt is due, if this one is to be retried. */
  nextAttemptAt?: UnixMs;
}

/** All that is known of an event. */
export interface EventRecord {
  event: StoredEvent;
  state: DeliveryState;
  /** Attempts that were charged, oldest first, over all generations. */
  attempts: AttemptRecord[];
  generation: number;
  settledAt?: UnixMs;
  /** JSON text, once completed. */
  result?: string;
  /** The last failure, while retryable or dead. */
  failure?: Failure;
  nextAttemptAt?: UnixMs;
}

/** A delivery that we stopped trying, as it stands in the dead-letter file. */
export interface DeadLetter {
  /** Letter id: the event's id, then `.2`, `.3` ... for each time it came back and died again. */
  id: string;
  event: {
    id: string;
    source: string;
    type: string;
    key: string;
    received_at: string;
    headers: Record<string, string>;
    data: unknown;
  };
  error: string;
  attempts: number;
  failed_at: string;
}

/** The FIFO of one (source, ordering key), as an operator sees it. */
export interface MailboxView {
  /** `<source>:<ordering key>`. */
  key: string;
  source: string;
  orderingKey: string;
  state: "available" | "running" | "retryable" | "paused" | "parked";
  waiting: number;
}

/** How a mailbox is held back: by an operator (`paused`), or by a death under `on_dead: park`. */
export type HoldKind = "paused" | "parked";
