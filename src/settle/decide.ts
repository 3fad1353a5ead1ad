/**
 * What is done about an outcome: the settlement rules of hookd in one pure function.
 *
 *   outcome      attempts left   source mode     sender waits   decision
 *   interrupted  -               -               -              give-back
 *   ok           -               -               -              complete
 *   failed       yes             sender-retry    yes            fail (the sender comes again)
 *   failed       yes             any other case                 retry
 *   failed       no              sync            yes            fail (the sender is told)
 *   refused      -               sync            yes            fail
 *   all else                                                    dead-letter
 *
 * A failure is never only told to somebody who is gone: without a waiting sender it becomes a dead letter.
 */
import type { RetryPolicy } from "../config.ts";
import type { Decision, Failure, Outcome, ResponseMode } from "../model.ts";
import type { Random } from "../ports.ts";
import { backoffMs } from "./backoff.ts";

export interface Circumstances {
  outcome: Outcome;
  /** From 1; in mode `sender-retry` as the sender counts. */
  attempt: number;
  policy: RetryPolicy;
  mode: ResponseMode;
  onDead: "skip" | "park";
}

/** Whether a sender that waits is told of this failure, instead of waiting for a retry. */
export function endsForSender({ outcome, attempt, policy, mode }: Circumstances): boolean {
  if (outcome.kind === "refused") return true;
  return outcome.kind === "failed" && (mode === "sender-retry" || attempt >= policy.attempts);
}

/** `senderWaits`: a sender waits and will be told how it ended. Of importance only if `endsForSender`. */
export function decide(
  circumstances: Circumstances,
  world: { now: number; random: Random; senderWaits: boolean },
): Decision {
  const { outcome, attempt, policy, mode, onDead } = circumstances;
  switch (outcome.kind) {
    case "interrupted":
      return { kind: "give-back" };
    case "ok":
      return { kind: "complete", result: outcome.result };
    case "refused":
      return mode === "sync" && world.senderWaits
        ? { kind: "fail", failure: outcome.failure }
        : deadLetter(outcome.failure, onDead);
    case "failed": {
      const isSpent = attempt >= policy.attempts;
      const told = world.senderWaits && (isSpent ? mode === "sync" : mode === "sender-retry");
      if (told && isSpent) return { kind: "fail", failure: outcome.failure };
      if (told) return { kind: "fail", failure: outcome.failure, retryAfterMs: senderWaitMs(circumstances) };
      if (isSpent) return deadLetter(outcome.failure, onDead);
      const waitMs = outcome.retryAfterMs ?? backoffMs(policy, attempt, world.random);
      return { kind: "retry", at: world.now + waitMs, failure: outcome.failure };
    }
  }
}

/** Without jitter: senders bring their own. */
function senderWaitMs({ outcome, attempt, policy }: Circumstances): number {
  const asked = outcome.kind === "failed" ? outcome.retryAfterMs : undefined;
  return asked ?? backoffMs({ ...policy, jitter: "none" }, attempt, () => 1);
}

function deadLetter(failure: Failure, onDead: "skip" | "park"): Decision {
  return { kind: "dead-letter", failure, park: onDead === "park" };
}
