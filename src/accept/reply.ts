/**
 * What the sender of a stored event is told, by the mode of its source: at once, or after the outcome. The
 * promise: a 202 leaves only for an event that hookd will bring to an end without this sender.
 */
import { performance } from "node:perf_hooks";
import type { EventRecord, Failure } from "../model.ts";
import type { Appended, FirstEvent, Store } from "../ports.ts";
import {
  alreadyProcessedAnswer,
  type Answer,
  failedAnswer,
  processedAnswer,
  queuedAnswer,
  senderProcessedAnswer,
  sentToDlqAnswer,
  temporaryFailureAnswer,
  type Told,
} from "./answer.ts";
import type { Awaited, Waited } from "./awaited.ts";
import type { Identity } from "./identify.ts";
import { type Refusal, refuse } from "./problem.ts";
import type { Route } from "./routes.ts";
import type { Exchange } from "./send.ts";

/** A request whose event is in the store, by its own doing or by an earlier one. */
export interface Stored {
  /** `startedAt`: `performance.now()` at the request's start. */
  visit: Exchange & { startedAt: number };
  route: Route;
  /** `unhandled`: nobody runs it, so it may settle at once, before anybody can wait for it. */
  taken: { identity: Identity; unhandled: boolean };
  appended: Appended;
}

interface ReplyNeeds {
  awaited: Awaited;
  store: Pick<Store, "find">;
}

/** A promise where the answer waits for an outcome. */
export function reply(needs: ReplyNeeds, stored: Stored): Answer | Promise<Answer | Refusal> {
  const { route, taken: { identity }, appended } = stored;
  const duplicate = appended.kind === "duplicate";
  if (duplicate && isSettled(appended.first)) {
    const { event, result } = appended.first;
    const shown = route.mode === "sync" ? result : undefined;
    return alreadyProcessedAnswer({ key: identity.key, eventId: event.id, result: shown });
  }
  const told: Told = {
    eventId: duplicate ? appended.first.event.id : appended.event.id,
    duplicate,
    publicUrl: route.publicUrl,
    ahead: duplicate ? undefined : appended.ahead,
  };
  if (route.mode !== "sync" && route.mode !== "sender-retry") return queuedAnswer(route.mode, told);
  return replyWithOutcome(needs, stored, told);
}

async function replyWithOutcome(needs: ReplyNeeds, stored: Stored, told: Told): Promise<Answer | Refusal> {
  const { route } = stored;
  const outcome = await outcomeOf(needs, stored, told.eventId);
  switch (outcome.kind) {
    case "unknown":
      return queuedAnswer(route.mode, told);
    case "unkept":
      return refuse("store_failed", "The outcome of the event could not be stored; send it again");
    case "complete":
    case "failed":
      return route.mode === "sync" ? syncAnswer(stored, told, outcome) : senderRetryAnswer(told, outcome);
  }
}

/** How an event ended, for the sender that waited. */
type Ending =
  | { kind: "complete"; result: string }
  /** `deadLettered`: hookd keeps it, and the sender need not try again. */
  | { kind: "failed"; failure: Failure; attempt: number; deadLettered: boolean; retryAfterMs?: number | undefined };

/** `unknown`: the work goes on. `unkept`: it came to an end that could not be stored. */
type Outcome = Ending | { kind: "unknown" } | { kind: "unkept" };

async function outcomeOf({ awaited, store }: ReplyNeeds, stored: Stored, eventId: string): Promise<Outcome> {
  const { route, visit: { response, startedAt }, appended, taken: { unhandled } } = stored;
  const timeoutMs = Math.max(route.syncDeadlineMs - (performance.now() - startedAt), 0);
  const wait = awaited.join(eventId, { timeoutMs, role: "sender" });
  if (response.destroyed) wait.leave();
  response.once("close", wait.leave);
  // A delivery that a handler runs settles a thread's round trip after it was stored, so that the wait above is in
  // time. The first event of a duplicate, or one without a handler, may have settled before: look once more.
  if (appended.kind === "duplicate" || unhandled) {
    const record = await store.find(eventId);
    if (record !== undefined && isSettled(record)) {
      wait.leave();
      return endingOf(record);
    }
  }
  return outcomeOfWait(await wait.ended);
}

function outcomeOfWait(waited: Waited): Outcome {
  switch (waited.kind) {
    case "failed":
      return { kind: "unkept" };
    case "deadline":
    case "closed":
    case "left":
      return { kind: "unknown" };
    case "settled": {
      const { decision, delivery } = waited.settlement;
      if (decision.kind === "complete") return decision;
      if (decision.kind === "retry") return { kind: "unknown" };
      const { failure } = decision;
      return decision.kind === "dead-letter"
        ? { kind: "failed", failure, attempt: delivery.attempt, deadLettered: true }
        : {
          kind: "failed",
          failure,
          attempt: delivery.attempt,
          deadLettered: false,
          retryAfterMs: decision.retryAfterMs,
        };
    }
  }
}

function isSettled({ state }: Pick<FirstEvent, "state">): boolean {
  return state === "completed" || state === "dead";
}

function endingOf({ state, result, failure, attempts }: EventRecord): Ending {
  if (state === "completed") return { kind: "complete", result: result ?? "null" };
  const unknown: Failure = { code: "ERR_UNKNOWN", message: "The event failed" };
  return { kind: "failed", failure: failure ?? unknown, attempt: attempts.at(-1)?.attempt ?? 1, deadLettered: true };
}

function syncAnswer(
  { taken: { identity }, visit: { startedAt } }: Stored,
  { eventId, duplicate }: Told,
  ending: Ending,
): Answer {
  if (ending.kind === "failed") return failedAnswer({ eventId, error: ending.failure.message, duplicate });
  const processingMs = Math.round(performance.now() - startedAt);
  return processedAnswer({ eventId, key: identity.key, result: ending.result, processingMs, duplicate });
}

function senderRetryAnswer({ duplicate }: Told, ending: Ending): Answer {
  if (ending.kind === "complete") return senderProcessedAnswer({ result: ending.result, duplicate });
  const { attempt, deadLettered, retryAfterMs = 0, failure: { message: error } } = ending;
  if (deadLettered) return sentToDlqAnswer({ error, duplicate });
  return temporaryFailureAnswer({
    error,
    attempt,
    duplicate,
    retryAfterS: Math.max(Math.ceil(retryAfterMs / 1000), 1),
  });
}
