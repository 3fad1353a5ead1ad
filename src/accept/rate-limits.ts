/**
 * How fast each source's sender may be: a token bucket for each, in memory. Taken from after the signature, so that
 * nobody but the sender itself can use up what the sender is allowed.
 */
import type { UnixMs } from "../model.ts";
import type { Rate } from "../units.ts";
import { EVENTS_MAX } from "./lists.ts";
import { type Refusal, refuse } from "./problem.ts";

interface Limited {
  source: string;
  rate: Rate | undefined;
  takesLists?: boolean;
}

export class RateLimits {
  /** By source: when its bucket would be full again if nothing more came. */
  readonly #fullAt = new Map<string, UnixMs>();

  /** Counts one event; refuses it, with the whole seconds until the next is taken, when the bucket is empty. */
  take({ source, rate, takesLists }: Limited, now: UnixMs): Refusal | undefined {
    if (rate === undefined) return undefined;
    const perTokenMs = rate.perMs / rate.count;
    // At most empty, and in debt for a list: a clock that was set back, or a lower rate after a reload, shuts nobody
    // out for longer.
    const latest = now + rate.perMs + (takesLists === true ? (EVENTS_MAX - 1) * perTokenMs : 0);
    const fullAt = Math.min(Math.max(this.#fullAt.get(source) ?? now, now), latest);
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

  /** Counts further events of a request that was taken: the bucket goes into debt, and the next request waits for it. */
  owe({ source, rate }: Limited, events: number): void {
    if (rate === undefined || events <= 0) return;
    this.#fullAt.set(source, (this.#fullAt.get(source) ?? 0) + (events * rate.perMs) / rate.count);
  }
}
