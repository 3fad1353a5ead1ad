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
  return async function settle(delivery, attempted) {
    const { event, attempt } = delivery;
    const circumstances: Circumstances = { outcome: attempted.outcome, attempt, ...needs.rulesFor(event) };
    const senderWaits = endsForSender(circumstances) && needs.senderWaits(event.id);
    const decision = decide(circumstances, { now: needs.clock.now(), random: needs.random, senderWaits });
    if (decision.kind === "give-back") return await needs.store.settle(delivery, decision);

    const record = toAttemptRecord(attempt, { attempted, decision });
    needs.emit({ kind: "attempt", delivery, attempt: record });
    if (await makeDurable(needs, { delivery, decision, record })) {
      needs.emit({ kind: "settled", delivery, decision, durationMs: attempted.durationMs });
      needs.onSettled({ delivery, decision });
    }
  };
}

/** False if the store closed first: then the delivery runs again after the restart. */
function makeDurable(
  needs: SettleNeeds,
  made: { delivery: Delivery; decision: Settlement["decision"]; record: AttemptRecord },
): Promise<boolean> {
  const { delivery, decision, record } = made;
  const write = async () => {
    if (decision.kind === "dead-letter") {
      const { failure } = decision;
      const data = needs.dataOf(delivery.event);
      const failedAt = record.startedAt + record.durationMs;
      await needs.deadLetters.append(toLetter(delivery, { failure, attempts: delivery.attempt, failedAt, data }));
    }
    await needs.store.settle(delivery, decision, record);
  };
  return untilDurable(write, { clock: needs.clock, onRefused: () => needs.onUnsettled(delivery.event.id) });
}

/** Tries `write` until the disk takes it. False if the store closed first. */
export async function untilDurable(
  write: () => Promise<void>,
  { clock, onRefused }: { clock: Clock; onRefused: () => void },
): Promise<boolean> {
  for (;;) {
    try {
      await write();
      return true;
    } catch (error) {
      if (!(error instanceof HookdError)) throw error;
      onRefused();
      if (error.code === "ERR_STORE_CLOSED") return false;
      await new Promise<void>((resolve) => clock.after(TRY_AGAIN_MS, resolve));
    }
  }
}

function toAttemptRecord(attempt: number, ended: { attempted: Attempted; decision: Decision }): AttemptRecord {
  const { outcome, startedAt, durationMs } = ended.attempted;
  const failed = outcome.kind === "failed" || outcome.kind === "refused";
  return {
    attempt,
    startedAt,
    durationMs,
    outcome: failed ? outcome.kind : "ok",
    ...(failed && { failure: outcome.failure }),
    ...(ended.decision.kind === "retry" && { nextAttemptAt: ended.decision.at }),
  };
}
