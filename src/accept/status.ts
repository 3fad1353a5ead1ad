/**
 * `GET /webhooks/status/{event_id}`: where an event stands, for whoever knows its unguessable id. Never the
 * body, and of a failure no more than its message. `?wait=20s` holds the answer until the event settles.
 */
import type { Static } from "typebox";
import type { DeliveryState, EventRecord } from "../model.ts";
import type { Store } from "../ports.ts";
import { parseDuration } from "../units.ts";
import { type Answer, json } from "./answer.ts";
import type { EventStatus } from "./answer-schemas.ts";
import type { Awaited } from "./awaited.ts";
import { type Refusal, refuse } from "./problem.ts";
import type { Exchange } from "./send.ts";

/** The longest poll; a longer `wait` is cut to it, as proxies cut longer ones. */
const WAIT_MS_MAX = 60_000;

const STATUS: Readonly<Record<DeliveryState, Static<typeof EventStatus>["status"]>> = {
  available: "queued",
  running: "processing",
  retryable: "retrying",
  completed: "processed",
  dead: "dead",
};

/** Any UUID; the store knows which it gave out. */
const EVENT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface StatusNeeds {
  store: Pick<Store, "find">;
  awaited: Awaited;
}

export async function answerStatus(
  needs: StatusNeeds,
  { response }: Exchange,
  { eventId, query }: { eventId: string; query: string },
): Promise<Answer | Refusal> {
  const waitMs = waitOf(query);
  if (waitMs === undefined) {
    return refuse("invalid_wait", 'The query parameter wait is not one duration such as "20s"');
  }
  if (!EVENT_ID.test(eventId)) return notFound();
  // Joined before the first look: what settles in between is not missed.
  const wait = needs.awaited.join(eventId, { timeoutMs: waitMs, role: "observer" });
  response.once("close", wait.leave);
  let record = await needs.store.find(eventId);
  if (record !== undefined && waitMs > 0 && !isSettled(record)) {
    await wait.ended;
    record = await needs.store.find(eventId);
  }
  wait.leave();
  if (record === undefined) return notFound();
  return json<typeof EventStatus>(200, statusOf(record), {
    headers: { "Cache-Control": "no-store" },
    result: record.result,
  });
}

/** Milliseconds to wait, 0 when not asked to; undefined when the wish cannot be read. */
function waitOf(query: string): number | undefined {
  const wishes = new URLSearchParams(query).getAll("wait");
  if (wishes.length === 0) return 0;
  const parsed = parseDuration(wishes[0]!);
  return wishes.length > 1 || parsed.kind === "faulty" ? undefined : Math.min(parsed.value, WAIT_MS_MAX);
}

function notFound(): Refusal {
  return refuse("not_found", "Event not found");
}

function isSettled({ state }: EventRecord): boolean {
  return state === "completed" || state === "dead";
}

function statusOf(record: EventRecord): Omit<Static<typeof EventStatus>, "result"> {
  const { event, state, attempts, settledAt, nextAttemptAt, failure } = record;
  return {
    event_id: event.id,
    event_type: event.type,
    status: STATUS[state],
    attempts: attempts.length,
    received_at: new Date(event.receivedAt).toISOString(),
    ...(settledAt !== undefined && { processed_at: new Date(settledAt).toISOString() }),
    ...(nextAttemptAt !== undefined && { next_attempt_at: new Date(nextAttemptAt).toISOString() }),
    ...(failure !== undefined && { error: failure.message }),
  };
}
