/** The event of each recent run, for what a thread says about a run that has ended. A ring: it never grows. */
import type { StoredEvent } from "../model.ts";

type Known = Pick<StoredEvent, "id" | "type">;

/** A power of two, above the runs that can be in flight at once in any sane setup. */
const RUNS_MAX = 2 ** 14;

export class RecentRuns {
  readonly #ring = new Array<{ run: number; event: Known } | undefined>(RUNS_MAX);

  add(run: number, { id, type }: Known): void {
    this.#ring[run % RUNS_MAX] = { run, event: { id, type } };
  }

  /** Undefined for a run of long ago. */
  find(run: number): Known | undefined {
    const held = this.#ring[run % RUNS_MAX];
    return held?.run === run ? held.event : undefined;
  }
}
