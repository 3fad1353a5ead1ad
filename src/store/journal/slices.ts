/** Long walks through tables in memory, in slices between which others have their turn. */
import { performance } from "node:perf_hooks";

/** Longest time (ms) for which a walk holds the event loop, as near as the look at the clock allows. */
const SLICE_MS = 1;
const ITEMS_PER_LOOK = 64;

/** Calls `use` with each item. What is walked through must bear changes between two items. */
export async function inSlices<T>(items: Iterable<T>, use: (item: T) => void): Promise<void> {
  let until = performance.now() + SLICE_MS;
  let count = 0;
  for (const item of items) {
    use(item);
    if (++count % ITEMS_PER_LOOK !== 0 || performance.now() < until) continue;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + SLICE_MS;
  }
}
