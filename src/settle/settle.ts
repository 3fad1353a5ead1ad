/**
 * Stage 4 of the path: an attempt has ended; decide, make it durable, tell whoever waits.
 *
 * Crash stories. Dead letter first, then the outcome: if we die in between, the letter is there and the start
 * completes the outcome; the other way round the letter would be lost. A settlement that cannot be written is
 * tried until the disk takes it: the handler has run, and forgetting that would run it again for nothing.
 */
import type { RetryPolicy } from "../config.ts";
import { HookdError } from "../errors.ts";
import type { AttemptRecord, Decision, Delivery, ResponseMode, StoredEvent } from "../model.ts";
import type { Attempted, Clock, DeadLetters, Emit, Random, Settlement, Store } from "../ports.ts";
import { type Circumstances, decide, endsForSender } from "./decide.ts";
import { toLetter } from "./letter.ts";

const TRY_AGAIN_MS = 1000;

/** The settlement rules of an event's source and handler. */
export interface SettleRules {
  policy: RetryPolicy;
  mode: ResponseMode;
  onDead: "skip" | "park";
}

export interface SettleNeeds {
  store: Pick<Store, "settle">;
  deadLetters: Pick<DeadLetters, "append">;
  rulesFor(event: StoredEvent): SettleRules;
  /** The event's data as a dead letter shows it. */
  dataOf(event: StoredEvent): unknown;
  /** True if a sender waits for this outcome and will surely be told of it. */
  senderWaits(eventId: string): boolean;
  onSettled(settlement: Settlement): void;
  /** The disk refuses: senders cannot wait for this one. */
  onUnsettled(eventId: string): void;
  clock: Clock;
  random: Random;
  emit: Emit;
}

export type Settle = (delivery: Delivery, attempted: Attempted) => Promise<void>;

export function createSettle(needs: SettleNeeds): Settle {
  return function settle(delivery, attempted) {
    const decision = decideFor(needs, { delivery, attempted });
    if (decision.kind === "give-back") return needs.store.settle(delivery, decision);

    const record = toAttemptRecord(delivery.attempt, { attempted, decision });
    needs.emit({ kind: "attempt", delivery, attempt: record });
    const tell = () => {
      needs.emit({ kind: "settled", delivery, decision, durationMs: attempted.durationMs });
      needs.onSettled({ delivery, decision });
    };
    const onRefused = () => needs.onUnsettled(delivery.event.id);
    return untilDurable(() => write(needs, { delivery, decision, record }), { clock: needs.clock, tell, onRefused });
  };
}

function decideFor(needs: SettleNeeds, ended: { delivery: Delivery; attempted: Attempted }): Decision {
  const { delivery: { event, attempt }, attempted: { outcome } } = ended;
  // What nearly all attempts come to, and no rule can change it.
  if (outcome.kind === "ok") return { kind: "complete", result: outcome.result };
  const circumstances: Circumstances = { outcome, attempt, ...needs.rulesFor(event) };
  const senderWaits = endsForSender(circumstances) && needs.senderWaits(event.id);
  return decide(circumstances, { now: needs.clock.now(), random: needs.random, senderWaits });
}

/** The letter, if it is one, before the outcome. */
function write(
  needs: SettleNeeds,
  made: { delivery: Delivery; decision: Settlement["decision"]; record: AttemptRecord },
): Promise<void> {
  const { delivery, decision, record } = made;
  const settle = () => needs.store.settle(delivery, decision, record);
  if (decision.kind !== "dead-letter") return settle();
  const { failure } = decision;
  const data = needs.dataOf(delivery.event);
  const failedAt = record.startedAt + record.durationMs;
  const letter = toLetter(delivery, { failure, attempts: delivery.attempt, failedAt, data });
  return needs.deadLetters.append(letter).then(settle);
}

/**
 * Tries `write` until the disk takes it, and then calls `tell`. If the store closes first it does not: the delivery
 * runs again after the restart. One promise, since it is called for each event; the rest is made where it is refused.
 */
export function untilDurable(
  write: () => Promise<void>,
  told: { clock: Clock; tell(): void; onRefused(): void },
): Promise<void> {
  return write().then(told.tell, async (error) => {
    if (!(error instanceof HookdError)) throw error;
    told.onRefused();
    if (error.code === "ERR_STORE_CLOSED") return;
    await new Promise<void>((resolve) => told.clock.after(TRY_AGAIN_MS, resolve));
    await untilDurable(write, told);
  });
}

function toAttemptRecord(attempt: number, ended: { attempted: Attempted; decision: Decision }): AttemptRecord {
  const { outcome, startedAt, durationMs } = ended.attempted;
  if (outcome.kind !== "failed" && outcome.kind !== "refused") return { attempt, startedAt, durationMs, outcome: "ok" };
  return {
    attempt,
    startedAt,
    durationMs,
    outcome: outcome.kind,
    failure: outcome.failure,
    ...(ended.decision.kind === "retry" && { nextAttemptAt: ended.decision.at }),
  };
}
