/** The event of each recent run, for what a thread says about a run that has ended. A ring: it never grows. */
import type { StoredEvent } from "../model.ts";

type Known = Pick<StoredEvent, "id" | "type">;

/** A power of two, above the runs that can be in flight at once in any sane setup. */
const RUNS_MAX = 2 ** 14;

export class RecentRuns {
  readonly #runs = new Int32Array(RUNS_MAX);
  readonly #ids = new Array<string>(RUNS_MAX);
  readonly #types = new Array<string>(RUNS_MAX);

  add(run: number, { id, type }: Known): void {
    const place = run % RUNS_MAX;
    this.#runs[place] = run;
    this.#ids[place] = id;
    this.#types[place] = type;
  }

  /** Undefined for a run of long ago. */
  find(run: number): Known | undefined {
    const place = run % RUNS_MAX;
    return this.#runs[place] === run ? { id: this.#ids[place]!, type: this.#types[place]! } : undefined;
  }
}
