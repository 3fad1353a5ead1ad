/**
 * Whatever a handler threw, as data. A thrown value can be anything: undefined, a Proxy whose traps throw, an
 * error with a getter for a message. Reading it never throws, and what comes of it has a bounded length.
 */
import { inspect } from "node:util";
import { isRejected, isRetryAfter } from "../../handler.ts";
import type { Failure } from "../../model.ts";
import type { RunAnswer } from "../protocol.ts";

const CODE = /^[\w.$:-]{1,64}$/;
const MESSAGE_CHARS_MAX = 2_000;
const STACK_CHARS_MAX = 8_000;
/** The longest wait that `RetryAfter` may ask for; more is cut. */
const RETRY_AFTER_MS_MAX = 24 * 60 * 60 * 1_000;

/** How an attempt that threw `thrown` has ended. */
export function answerToThrow(thrown: unknown): RunAnswer {
  const failure = failureOf(thrown);
  if (attempt(() => isRejected(thrown))) return { kind: "refused", failure };
  if (!attempt(() => isRetryAfter(thrown))) return { kind: "failed", failure };
  const ms = attempt(() => (thrown as { ms: unknown }).ms);
  if (typeof ms !== "number" || !(ms >= 0)) return { kind: "failed", failure };
  return { kind: "failed", failure, retryAfterMs: Math.min(Math.ceil(ms), RETRY_AFTER_MS_MAX) };
}

export function failureOf(thrown: unknown): Failure {
  if (!attempt(() => thrown instanceof Error)) return { code: "NonError", message: clip(shown(thrown)) };
  const error = thrown as Error;
  const code = codeOf(error);
  const message = textOf(() => error.message);
  const because = attempt(() => error.cause instanceof Error) ? causeOf(error.cause as Error) : "";
  const stack = textOf(() => error.stack);
  return {
    code,
    message: clip((message || code) + because),
    ...(stack === "" ? {} : { stack: clip(stack, STACK_CHARS_MAX) }),
  };
}

/** `fetch failed` alone helps nobody: the reason is in the cause. */
function causeOf(cause: Error): string {
  return ` (cause: ${textOf(() => cause.message) || codeOf(cause)})`;
}

function codeOf(error: Error): string {
  const names = [() => (error as { code?: unknown }).code, () => error.name, () => error.constructor.name];
  return names.map(textOf).find((name) => CODE.test(name)) ?? "Error";
}

/** A thrown string as it is; anything else as `inspect` shows it, running no code of its own. */
function shown(value: unknown): string {
  if (typeof value === "string") return value;
  const text = textOf(() => inspect(value, { depth: 2, customInspect: false, getters: false, breakLength: Infinity }));
  return text || "a value that cannot be shown";
}

function textOf(read: () => unknown): string {
  const value = attempt(read);
  return typeof value === "string" ? value : "";
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function clip(text: string, charsMax = MESSAGE_CHARS_MAX): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax)}... (${text.length} characters)`;
}
