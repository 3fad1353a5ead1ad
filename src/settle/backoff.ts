/** When a failed attempt is repeated. Pure. */
import type { RetryPolicy } from "../config.ts";
import type { Random } from "../ports.ts";

/**
 * Milliseconds to wait after attempt `attempt` (from 1) failed. With full jitter uniform in
 * [0, min(max, base * factor^(attempt - 1))], so that what failed together does not come back together
 * (AWS Architecture Blog, "Exponential Backoff And Jitter"); without jitter the upper end of that range.
 */
export function backoffMs(policy: RetryPolicy, attempt: number, random: Random): number {
  // A factor to a high power is Infinity, and 0 times that would be no number.
  const growth = Math.min(policy.factor ** (attempt - 1), Number.MAX_VALUE);
  const ceiling = Math.min(policy.maxMs, policy.baseMs * growth);
  return Math.round(policy.jitter === "full" ? random() * ceiling : ceiling);
}
