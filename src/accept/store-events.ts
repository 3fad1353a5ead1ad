/**
 * The durable step of the path: all events of a request in one commit. The promise: when this has come back without
 * a refusal, a power cut loses none of them, and only then is anybody told that they are there.
 */
import assert from "node:assert/strict";
import { HookdError } from "../errors.ts";
import type { NewEvent } from "../model.ts";
import type { Appended, Emit, Store } from "../ports.ts";
import { type Refusal, refuse } from "./problem.ts";
import type { QueueRoom } from "./queue-room.ts";
import type { Route } from "./routes.ts";

interface StoreEventsNeeds {
  store: Pick<Store, "append">;
  queue: Pick<QueueRoom, "refusal" | "storing">;
}

/** Calls `then` with what became of each, in order; refused, nothing is kept of any. */
export function storeEvents<Ending>(
  needs: StoreEventsNeeds,
  events: readonly NewEvent[],
  then: (appended: readonly Appended[]) => Ending | Promise<Ending>,
): Ending | Refusal | Promise<Ending | Refusal> {
  if (events.length === 0) return then([]);
  // Many bodies can be under way at once, and a body can be a list.
  const refused = needs.queue.refusal();
  if (refused !== undefined) return { ...refused, events: events.length };
  // Counted only once it is under way: what an append that throws had counted would count for ever.
  const appending = needs.store.append(events);
  needs.queue.storing(events.length);
  const told = (appended: Appended[]) => {
    needs.queue.storing(-events.length);
    assert(appended.length === events.length, "The store answers for each event");
    return then(appended);
  };
  return appending.then(told, (error: unknown) => {
    needs.queue.storing(-events.length);
    if (!(error instanceof HookdError)) throw error;
    return refuse("store_failed", "The event could not be stored; send it again", { events: events.length });
  });
}

export interface ToTell {
  emit: Emit;
  route: Pick<Route, "source" | "changedBody">;
  /** How often the sender has tried before. */
  senderRetry: number;
}

/**
 * Tells what was stored or found; refuses a known key that came with another body, where the source says so, which is
 * not possible for lists.
 */
export function tellStored(appended: readonly Appended[], { emit, route, senderRetry }: ToTell): Refusal | undefined {
  const retry = senderRetry > 0 ? senderRetry : undefined;
  for (const each of appended) {
    if (each.kind === "stored") {
      emit({ kind: "accepted", event: each.event, senderRetry: retry });
      continue;
    }
    const changedBody = !each.sameBody;
    if (changedBody && route.changedBody === "reject") {
      return refuse("idempotency_key_reused", "This idempotency key was used for an event with another body");
    }
    emit({ kind: "duplicate", source: route.source, eventId: each.first.event.id, changedBody, senderRetry: retry });
  }
  return undefined;
}
