/** The few sums behind `GET /stats`: everything since this daemon started, nothing of earlier runs. */

/** The body of `GET /stats`, as CONTRACT section 4 names it. */
export interface Stats {
  /** Verified events, duplicates included. */
  total_received: number;
  total_processed: number;
  /** Ended without success: dead letters, and failures that were told to the sender. */
  total_failed: number;
  /** processed / (processed + failed), 0 to 1; 1 while nothing has ended, since nothing has failed. */
  success_rate: number;
  /** Mean run time of the last attempt of the events that ended; 0 while none has. */
  avg_processing_time_ms: number;
  /** Received by type; types that no handler declares by name are summed up under `other`. */
  events_by_type: Record<string, number>;
}

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
