/**
 * What became of a request, by what its answer says and not only by its status: a 200 may tell of a dead letter,
 * a 500 of an event that was stored and run. Every request has exactly one fate, so that the fates of a run add
 * up to what was sent. Pure.
 */
import type { Answer } from "../sender/sender.ts";

export type Fate =
  /** A 2xx for an event that the receiver did not have before. */
  | { kind: "accepted" }
  /** The receiver says that it has the event already, whatever else it says. */
  | { kind: "duplicate" }
  /** Not taken. `reason`: the problem's `code`, `http_404` where there is none, or `ignored_event_type` (a 204). */
  | { kind: "rejected"; reason: string }
  /** Taken and run, and the handler failed: for good, for the sender to try again, or as a dead letter. */
  | { kind: "failed"; reason: "failed" | "temporary_failure" | "sent_to_dlq" }
  | { kind: "unanswered"; reason: Unanswered };

/** `cut_off`: on purpose. `connection_lost`: not ours. */
export type Unanswered = "cut_off" | "connection_lost";

/** The reason under which hookd counts an event that it answers with 204 and does not store. */
const IGNORED = "ignored_event_type";

/** Reads an answer of any status, and of receivers that are not hookd. */
export function fateOf({ status, body }: Pick<Answer, "status" | "body">): Fate {
  const told = fields(body);
  if (told.duplicate === true || told.status === "already_processed") return { kind: "duplicate" };
  if (told.status === "failed") return { kind: "failed", reason: told.sent_to_dlq === true ? "sent_to_dlq" : "failed" };
  if (told.status === "temporary_failure") return { kind: "failed", reason: "temporary_failure" };
  if (status === 204) return { kind: "rejected", reason: IGNORED };
  if (status >= 200 && status < 300) return { kind: "accepted" };
  return { kind: "rejected", reason: reasonIn(told.code) ?? `http_${status}` };
}

/** Whether the receiver took the event, now or before. An ignored one is dealt with as its operator wants. */
export function isTaken(fate: Fate): boolean {
  return fate.kind === "accepted" || fate.kind === "duplicate" || isIgnored(fate);
}

/** Whether the receiver turned the event away. */
export function isTurnedAway(fate: Fate): boolean {
  return fate.kind === "rejected" && !isIgnored(fate);
}

function isIgnored(fate: Fate): boolean {
  return fate.kind === "rejected" && fate.reason === IGNORED;
}

function fields(body: unknown): Record<string, unknown> {
  return typeof body === "object" && body !== null ? body as Record<string, unknown> : {};
}

/** A code as hookd writes them; anything else would be a stranger's text in the summary. */
function reasonIn(code: unknown): string | undefined {
  return typeof code === "string" && /^[a-z][a-z0-9_]{0,63}$/.test(code) ? code : undefined;
}
