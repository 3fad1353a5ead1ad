/**
 * How fast requests go out. Closed loop: so many at once, the next when one is answered. Open loop: at a
 * steady rate whatever the answers do, as real senders behave; a slow receiver does not slow it down.
 */

/** Runs `act` on each item, `concurrency` at once, started in order. `act` must not reject. */
export async function closedLoop<Item>(
  items: Iterable<Item>,
  { concurrency, act }: { concurrency: number; act(item: Item, plannedAtMs: number): Promise<void> },
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
      await act(next.value, performance.now());
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/**
 * Starts `act` on each item when its time has come, `perSecond` a second, and waits for all in the end.
 * `plannedAtMs` is when it should have started: latency counted from there includes what a busy machine adds.
 */
export async function openLoop<Item>(
  items: Iterable<Item>,
  { perSecond, act, clock }: {
    perSecond: number;
    act(item: Item, plannedAtMs: number): Promise<void>;
    clock: { now(): number; sleepUntil(atMs: number): Promise<void> };
  },
): Promise<void> {
  const started = clock.now();
  const running = new Set<Promise<void>>();
  let number = 0;
  for (const item of items) {
    const plannedAtMs = started + (number++ * 1000) / perSecond;
    if (plannedAtMs > clock.now()) await clock.sleepUntil(plannedAtMs);
    const run: Promise<void> = act(item, plannedAtMs).finally(() => running.delete(run));
    running.add(run);
  }
  await Promise.all(running);
}

/** The monotonic clock, in ms. */
export const monotonic = {
  now: () => performance.now(),
  sleepUntil: (atMs: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, Math.max(atMs - performance.now(), 0))),
};
