/**
 * What one line of `dlq.jsonl` says (CONTRACT section 8): a dead letter, or that one was retried or dropped.
 * Keeps the promise that whatever a sender put into an event, it stays inside its own line.
 */
import type { DeadLetter, UnixMs } from "../model.ts";

/** What a line says; `damaged` is a line that nobody can read: torn by a crash, or changed from outside. */
export type LetterLine =
  | { kind: "letter"; letter: DeadLetter }
  | { kind: "resolved"; id: string }
  | { kind: "damaged" };

/**
 * JSON.stringify leaves these as they are, and they are line ends to some readers (Python's `splitlines`,
 * JavaScript before ES2019). Escaped, a line is one line to all of them and the value is the same.
 */
const FOREIGN_LINE_ENDS = /[\u0085\u2028\u2029]/g;

/**
 * An escape as JSON.stringify writes it; with a group, it is half of a surrogate pair. RFC 8259 section 8.2 leaves
 * open what a reader makes of such a half, and jq refuses the whole file for it.
 */
const ESCAPE = /\\(?:(ud[89a-f][0-9a-f]{2})|.)/g;

/** The line of a letter, without its line feed. Its fields stand in the order of the contract. */
export function letterLine(letter: DeadLetter): string {
  const { id, event, error, attempts, failed_at } = letter;
  const { source, type, key, received_at, headers, data } = event;
  // `data` is null rather than absent when there is none: a reader finds every field in every letter.
  const kept = { id: event.id, source, type, key, received_at, headers, data: data ?? null };
  return onOneLine({ id, event: kept, error, attempts, failed_at });
}

/** The line that closes a letter, without its line feed. */
export function resolvedLine(letterId: string, resolved: "retried" | "dropped", at: UnixMs): string {
  return onOneLine({ id: letterId, resolved, at: new Date(at).toISOString() });
}

/** Never throws: the file may have been torn by a crash or edited by hand. */
export function parseLetterLine(line: string): LetterLine {
  const value = parsed(line);
  if (typeof value?.id !== "string") return { kind: "damaged" };
  if (value.resolved === "retried" || value.resolved === "dropped") return { kind: "resolved", id: value.id };
  return isLetter(value) ? { kind: "letter", letter: value } : { kind: "damaged" };
}

function onOneLine(value: unknown): string {
  return JSON.stringify(value)
    .replace(ESCAPE, (escape, half?: string) => half === undefined ? escape : "\\ufffd")
    .replace(FOREIGN_LINE_ENDS, (end) => "\\u" + end.charCodeAt(0).toString(16).padStart(4, "0"));
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

function isLetter(value: unknown): value is DeadLetter {
  const { event, error } = value as Partial<DeadLetter>;
  return typeof error === "string" && typeof event?.id === "string" && typeof event.type === "string" &&
    typeof event.source === "string";
}
