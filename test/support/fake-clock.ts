/** A clock that stands still until a test moves it; timers fire in order of their due time. */
import type { Clock } from "../../src/ports.ts";

export interface FakeClock extends Clock {
  /** Moves on by `ms`, firing what falls due, and lets pending promises run between timers. */
  advance(ms: number): Promise<void>;
  /** When the next timer is due, or undefined. */
  next(): number | undefined;
}

export function fakeClock(start = 1_700_000_000_000): FakeClock {
  let now = start;
  let serial = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const earliest = () => [...timers].sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
  return {
    now: () => now,
    after(ms, callback) {
      const id = serial++;
      timers.set(id, { at: now + Math.max(ms, 0), callback });
      return () => void timers.delete(id);
    },
    next: () => earliest()?.[1].at,
    async advance(ms) {
      const end = now + ms;
      for (let timer = earliest(); timer !== undefined && timer[1].at <= end; timer = earliest()) {
        timers.delete(timer[0]);
        now = Math.max(now, timer[1].at);
        timer[1].callback();
        await settled();
      }
      now = end;
      await settled();
    },
  };
}

/** Lets everything that is ready to run, run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
