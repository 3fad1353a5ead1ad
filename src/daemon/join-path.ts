/**
 * The path of a stored event on one screen: the store gives a delivery its turn, a handler runs it in a worker
 * thread, the outcome is settled in the store.
 *
 *   store -claim-> dispatch -> execute -> settle -settle-> store
 */
import type { Awaited } from "../accept/awaited.ts";
import type { Config } from "../config.ts";
import { Dispatcher } from "../dispatch/dispatcher.ts";
import type { HandlerPool } from "../execute/handler-pool.ts";
import type { Delivery, Failure } from "../model.ts";
import type { Attempted, Clock, DeadLetters, Emit, Random, Store } from "../ports.ts";
import { createSettle, untilDurable } from "../settle/settle.ts";
import type { Project } from "./project.ts";
import { letterDataOf, rulesFor, runPlanFor, SKIPPED } from "./rules.ts";

export interface PathNeeds {
  store: Pick<Store, "claim" | "settle">;
  deadLetters: Pick<DeadLetters, "append">;
  awaited: Pick<Awaited, "take" | "settled" | "failed">;
  /** Events whose letter was written before a crash, and whose outcome was not. */
  died: Map<string, Failure>;
  /** Functions, because a reload replaces what they return. */
  project: () => Project;
  pool: () => Pick<HandlerPool, "run">;
  clock: Clock;
  random: Random;
  emit: Emit;
}

/** The dispatcher that drives the path; it has not started. */
export function joinPath(needs: PathNeeds): Dispatcher<Attempted | undefined> {
  const { store, awaited, clock, emit } = needs;
  const settle = createSettle({
    ...needs,
    rulesFor: (event) => rulesFor(event, needs.project()),
    dataOf: (event) => letterDataOf(event, needs.project()),
    senderWaits: (eventId) => awaited.take(eventId),
    onSettled: (settlement) => awaited.settled(settlement),
    onUnsettled: (eventId) => awaited.failed(eventId),
  });
  return new Dispatcher({
    store,
    attempt: (delivery, ended) => attempt(needs, delivery, ended),
    settle: (delivery, attempted) =>
      attempted === undefined ? settleDeath(needs, delivery) : settle(delivery, attempted),
    slots: slotsOf(needs.project().config),
    clock,
    emit,
  });
}

/** Attempts that may run at once. */
export function slotsOf({ pool }: Pick<Config, "pool">): number {
  return pool.threads * pool.perThread;
}

/** Undefined if there is nothing to run: the event's letter was written before a crash, so that it is dead. */
function attempt(
  { died, project, pool, clock }: PathNeeds,
  delivery: Delivery,
  ended: (attempted: Attempted | undefined) => void,
): void {
  if (died.size > 0 && died.has(delivery.event.id)) return ended(undefined);
  const plan = runPlanFor(delivery.event, project());
  if (plan.kind === "run") return pool().run(delivery, plan, ended);
  const outcome = plan.kind === "skip" ? SKIPPED : { kind: "failed" as const, failure: plan.failure };
  ended({ outcome, startedAt: clock.now(), durationMs: 0 });
}

/** What was missing before the crash: the outcome. */
async function settleDeath({ died, store, project, clock }: PathNeeds, delivery: Delivery): Promise<void> {
  const failure = died.get(delivery.event.id)!;
  died.delete(delivery.event.id);
  const { onDead } = rulesFor(delivery.event, project());
  const decision = { kind: "dead-letter" as const, failure, park: onDead === "park" };
  await untilDurable(() => store.settle(delivery, decision), { clock, tell: () => {}, onRefused: () => {} });
}
