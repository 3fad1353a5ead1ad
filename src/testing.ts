/**
 * `hookd/testing`: a sender that signs, and tests of a handler without a daemon. The handler is given what a worker
 * thread would give it, and what it returns or throws is read by the same code, so that a test sees the outcome
 * that hookd would see.
 */
import { Buffer } from "node:buffer";
import { Compile } from "typebox/compile";
import { systemClock } from "./clock.ts";
import type { RunAnswer, RunRequest } from "./execute/protocol.ts";
import { HEADER_END } from "./execute/run-batch.ts";
import type { LogLine } from "./execute/thread/handler-log.ts";
import { InFlight } from "./execute/thread/in-flight.ts";
import { LiveRun, type LiveRunNeeds } from "./execute/thread/live-run.ts";
import type { HandlerDefinition, Static, TSchema } from "./handler.ts";
import type { Failure, LogLevel } from "./model.ts";
import { parseDuration } from "./units.ts";

export {
  type Answer,
  createSender,
  type DeliverOptions,
  type OutgoingEvent,
  type PrepareOptions,
  type Sender,
  type SenderOptions,
  type SignedRequest,
} from "./sender/sender.ts";

export interface RunHandlerOptions {
  /** Default: the first type that the handler declares; `order.*` becomes `order.test`. */
  type?: string;
  /** Default `test`. */
  source?: string;
  /** Default 1. */
  attempt?: number;
  /** Default: a JSON content type. */
  headers?: Record<string, string>;
  idempotencyKey?: string;
  orderingKey?: string;
  receivedAt?: Date;
  /** Default: the handler's own `timeout`, else 30 s. */
  timeoutMs?: number;
}

/** A line that the handler wrote with `context.log`. */
export interface LoggedLine {
  level: LogLevel;
  message: string;
  fields?: Record<string, unknown>;
}

/** How the attempt ended, and what was logged on the way. */
export type HandlerRun =
  & { logs: LoggedLine[] }
  & (
    /** It returned; `result` as JSON would carry it. */
    | { kind: "ok"; result: unknown }
    /** It threw or timed out: hookd would run it again, in `retryAfterMs` if it asked for a time. */
    | { kind: "failed"; failure: Failure; retryAfterMs?: number }
    /** It threw `Rejected`, or its result cannot be kept: a dead letter at once. */
    | { kind: "refused"; failure: Failure }
  );

/** `pool.result` of hookd.yaml, when it is not set there. */
const RESULT_BYTES_MAX = 256 * 1024;
/** `pool.timeout`, likewise. */
const TIMEOUT_MS = 30_000;

/**
 * Runs `handler` once with `data` as `event.data`. Text is given as it is, anything else as JSON carries it.
 * Throws a TypeError if the handler's schema refuses the data: hookd would have answered 400.
 */
export async function runHandler<Schema extends TSchema>(
  handler: HandlerDefinition<Schema>,
  data: Static<Schema>,
  options: RunHandlerOptions = {},
): Promise<HandlerRun> {
  checkData(handler, data);
  const logs: LoggedLine[] = [];
  const request = requestOf(handler, data, options);
  const answer = await new Promise<RunAnswer>((resolve) => {
    const needs: LiveRunNeeds = {
      inFlight: new InFlight(),
      resultBytesMax: RESULT_BYTES_MAX,
      log: (line) => logs.push(loggedLine(line)),
      onStack: () => {},
      onEnd: (_run, ended) => resolve(ended),
      onReturn: () => {},
    };
    new LiveRun(needs, handler, request).perform();
  });
  if (answer.kind === "interrupted") throw new Error(`The run was interrupted: ${answer.cause}`);
  return answer.kind === "ok" ? { kind: "ok", result: JSON.parse(answer.result), logs } : { ...answer, logs };
}

function checkData(handler: HandlerDefinition<TSchema>, data: unknown): void {
  if (handler.schema === undefined) return;
  const errors = Compile(handler.schema).Errors(data);
  if (errors.length === 0) return;
  const list = errors.map(({ instancePath, message }) => `${instancePath || "/"} ${message}`).join("; ");
  throw new TypeError(`The data does not meet the handler's schema: ${list}`);
}

function requestOf(handler: HandlerDefinition, data: unknown, options: RunHandlerOptions): RunRequest {
  const text = typeof data === "string";
  const headers = options.headers ?? { "content-type": text ? "text/plain" : "application/json" };
  return {
    run: 1,
    file: 0,
    timeoutMs: options.timeoutMs ?? timeoutOf(handler),
    attempt: options.attempt ?? 1,
    id: "00000000-0000-7000-8000-000000000000",
    source: options.source ?? "test",
    type: options.type ?? [handler.event].flat()[0]!.replace("*", "test"),
    key: options.idempotencyKey ?? "test",
    orderingKey: options.orderingKey,
    receivedAt: options.receivedAt?.getTime() ?? systemClock.now(),
    headers: Object.entries(headers).flat().join(HEADER_END),
    dataPointer: text ? undefined : "",
    body: Buffer.from(text ? data : JSON.stringify(data) ?? ""),
  };
}

function timeoutOf({ timeout }: HandlerDefinition): number {
  if (typeof timeout !== "string") return timeout ?? TIMEOUT_MS;
  const parsed = parseDuration(timeout);
  if (parsed.kind === "faulty") throw new TypeError(`timeout is "${timeout}": expected ${parsed.expected}`);
  return parsed.value;
}

function loggedLine({ level, message, fields }: LogLine): LoggedLine {
  return fields === undefined ? { level, message } : { level, message, fields: JSON.parse(fields) };
}
