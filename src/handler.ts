/**
 * What a handler author writes against: `defineHandler`, the event and context that `run` is given, and
 * the two ways to end an attempt on purpose. Loaded inside worker threads and by handler tests; the
 * classes are recognised by symbol, so that two copies of this file in one process agree.
 */
import { type Static, type TSchema, Type } from "typebox";

export { Type };
export type { Static, TSchema };

/** An event as its handler sees it. */
export interface HandlerEvent<Data = unknown> {
  /** UUIDv7, unique. */
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly idempotencyKey: string;
  readonly orderingKey: string | undefined;
  readonly receivedAt: Date;
  /** Names in lower case; values as received, repeated ones joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** What the source's `data` reference points at: parsed JSON, or the body as text where it is not JSON. */
  readonly data: Data;
  /** The exact bytes that the sender signed. */
  readonly rawBody: Uint8Array;
}

/** Writes one log line that carries the event's id; fields are merged into it. */
export interface HandlerLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** The attempt that `run` is making. */
export interface HandlerContext {
  /** From 1. */
  readonly attempt: number;
  /** Aborted at the deadline and on drain; pass it on to `fetch` and the like. */
  readonly signal: AbortSignal;
  readonly log: HandlerLog;
  /** Name of the source in hookd.yaml. */
  readonly source: string;
}

/** How failed attempts are repeated. What is not given comes from `retry` in hookd.yaml. */
export interface RetryOptions {
  /** Runs in all, the first included; 1 to 1000. */
  attempts?: number;
  /** Longest wait before the second attempt: `"1s"`, or milliseconds. */
  base?: string | number;
  /** What each further wait grows by; at least 1. */
  factor?: number;
  /** The longest wait: `"5m"`, or milliseconds. */
  max?: string | number;
  /** `full`: uniform between 0 and the wait; `none`: the wait itself. */
  jitter?: "full" | "none";
}

export interface HandlerDefinition<Schema extends TSchema = TSchema> {
  /** An event type, a list of them, or a wildcard such as `order.*` or `*`; the most specific wins. */
  event: string | readonly string[];
  /** Checked before the event is accepted; types `event.data`. */
  schema?: Schema;
  retry?: RetryOptions;
  /** Deadline of one attempt: `"10s"`, or milliseconds. Default: `pool.timeout`. */
  timeout?: string | number;
  run(event: HandlerEvent<Static<Schema>>, context: HandlerContext): unknown;
}

const HANDLER = Symbol.for("hookd.handler");
const REJECTED = Symbol.for("hookd.rejected");
const RETRY_AFTER = Symbol.for("hookd.retryAfter");

/** Declares a handler; export it as the file's default. */
export function defineHandler<Schema extends TSchema = TSchema>(
  definition: HandlerDefinition<Schema>,
): HandlerDefinition<Schema> {
  return Object.assign(definition, { [HANDLER]: true });
}

/** Whether a value was made by `defineHandler` (of any copy of hookd). */
export function isHandler(value: unknown): value is HandlerDefinition {
  return carries(value, HANDLER);
}

/** Thrown by a handler: no retry can help; a dead letter now. */
export class Rejected extends Error {
  override readonly name = "Rejected";
  readonly [REJECTED] = true;
}

export function isRejected(value: unknown): value is Error {
  return carries(value, REJECTED);
}

/** Thrown by a handler: run it again in `ms` milliseconds (while attempts are left), instead of the backoff. */
export class RetryAfter extends Error {
  override readonly name = "RetryAfter";
  readonly [RETRY_AFTER] = true;
  readonly ms: number;

  constructor(ms: number, message = `Asked for a retry in ${ms} ms`) {
    super(message);
    this.ms = ms;
  }
}

export function isRetryAfter(value: unknown): value is Error & { ms: number } {
  return carries(value, RETRY_AFTER);
}

function carries(value: unknown, brand: symbol): boolean {
  return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}
