/**
 * How fast each source's sender may be: a token bucket for each, in memory. Taken from after the signature, so that
 * nobody but the sender itself can use up what the sender is allowed.
 */
import type { UnixMs } from "../model.ts";
import type { Rate } from "../units.ts";
import { type Refusal, refuse } from "./problem.ts";

export class RateLimits {
  /** By source: when its bucket would be full again if nothing more came. */
  readonly #fullAt = new Map<string, UnixMs>();

  /** Counts one event; refuses it, with the whole seconds until the next is taken, when the bucket is empty. */
  take({ source, rate }: { source: string; rate: Rate | undefined }, now: UnixMs): Refusal | undefined {
    if (rate === undefined) return undefined;
    const perTokenMs = rate.perMs / rate.count;
    // At most empty: a clock that was set back, or a lower rate after a reload, shuts nobody out for longer.
    const fullAt = Math.min(Math.max(this.#fullAt.get(source) ?? now, now), now + rate.perMs);
    this.#fullAt.set(source, fullAt);
    const waitMs = fullAt + perTokenMs - (now + rate.perMs);
    // Thirds of a millisecond add up to a little more or less than one.
    if (waitMs > 0.001) {
      return refuse("rate_limited", "This source takes no more events at the moment", {
        headers: { "Retry-After": String(Math.ceil(waitMs / 1000)) },
      });
    }
    this.#fullAt.set(source, fullAt + perTokenMs);
    return undefined;
  }
}
