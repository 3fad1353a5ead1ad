/**
 * Who pays when a thread dies: the guilty run is charged an attempt, its neighbours are not. Pure. The rule
 * leans to innocence: without proof all are suspects, and each is run again alone in a fresh thread, where a
 * second death is proof.
 */

/** Why a thread died. */
export type DeathCause =
  /** Its event loop did not turn for `stuck_after`. */
  | "stuck"
  /** The watch found it above `pool.memory`. */
  | "memory"
  /** The runtime's own heap limit. */
  | "oom"
  /** A handler called `process.exit`. */
  | "exit"
  /** Anything else. */
  | "error";

/** What was known of a thread when it died. */
export interface LastSight {
  cause: DeathCause;
  /** Run numbers off its board; 0 for none. */
  culprit: number;
  current: number;
  inFlight: readonly number[];
  /** Runs that it was ever given, those in flight included. */
  served: number;
}

export interface Verdict {
  guilty: number | undefined;
  /** Empty where the guilty one is known, even if it is a run that had ended before. */
  suspects: readonly number[];
}

export function blame(sight: LastSight): Verdict {
  if (sight.culprit !== 0) {
    return { guilty: sight.inFlight.includes(sight.culprit) ? sight.culprit : undefined, suspects: [] };
  }
  // Memory says nothing about who is on the stack: the last drop is often an innocent's.
  const stackIsProof = sight.cause !== "memory" && sight.cause !== "oom";
  if (stackIsProof && sight.inFlight.includes(sight.current)) return { guilty: sight.current, suspects: [] };
  // Alone now is not enough: what an earlier run left behind (a timer, a leak) can kill a later one.
  if (sight.served === 1 && sight.inFlight.length === 1) return { guilty: sight.inFlight[0], suspects: [] };
  return { guilty: undefined, suspects: sight.inFlight };
}
