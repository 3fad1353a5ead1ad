/** The few sums behind `GET /stats`: everything since this daemon started, nothing of earlier runs. */
import type { Static } from "typebox";
import type { Stats as StatsSchema } from "./admin-schemas.ts";

/** The body of `GET /stats`, as CONTRACT section 4 names it. */
export type Stats = Static<typeof StatsSchema>;

export class Tally {
  #received = 0;
  #processed = 0;
  #failed = 0;
  #busyMs = 0;
  /** Bounded, since its keys are label values. */
  readonly #byType = new Map<string, number>();

  received(typeLabel: string): void {
    this.#received += 1;
    this.#byType.set(typeLabel, (this.#byType.get(typeLabel) ?? 0) + 1);
  }

  ended(success: boolean, durationMs: number): void {
    if (success) this.#processed += 1;
    else this.#failed += 1;
    this.#busyMs += durationMs;
  }

  stats(): Stats {
    const ended = this.#processed + this.#failed;
    return {
      total_received: this.#received,
      total_processed: this.#processed,
      total_failed: this.#failed,
      success_rate: ended === 0 ? 1 : this.#processed / ended,
      avg_processing_time_ms: ended === 0 ? 0 : this.#busyMs / ended,
      events_by_type: Object.fromEntries(this.#byType),
    };
  }
}
