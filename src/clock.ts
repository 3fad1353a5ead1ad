/** The system's clock: the one place, with `daemon.ts` and the CLI, that reads real time. */
import type { Clock } from "./ports.ts";

const TIMEOUT_MAX_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), TIMEOUT_MAX_MS));
    return () => clearTimeout(timer);
  },
};
