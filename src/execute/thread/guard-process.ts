/**
 * What a handler must not do to its thread unseen: throw where no promise catches it, or exit. The process-wide
 * hooks are set before any handler is imported, and tell `ThreadRuns` on whose account it happened.
 */
import process from "node:process";
import type { LiveRun } from "./live-run.ts";
import type { ThreadRuns } from "./thread-runs.ts";

export function guardProcess(runs: ThreadRuns): void {
  const throwers = "Deno" in globalThis ? noteThrowers(runs) : undefined;
  const thrown = (error: unknown) => runs.onThrown(error, isObject(error) ? throwers?.get(error) : undefined);
  process.on("uncaughtException", thrown);
  process.on("unhandledRejection", thrown);
  guardExit(process, runs);
  const { Deno } = globalThis as { Deno?: { exit(code?: number): never } };
  if (Deno !== undefined) guardExit(Deno, runs);
}

/** The board must know who it was: nothing of a thread is left after its exit. */
function guardExit(owner: { exit(code?: number): never }, runs: ThreadRuns): void {
  const { exit } = owner;
  owner.exit = (code) => {
    runs.onExit();
    return exit.call(owner, code);
  };
}

type Timer = (callback: (...args: unknown[]) => unknown, ...rest: unknown[]) => unknown;

/** Deno 2.9 forgets the AsyncLocalStorage before it reports what a timer threw; so a timer notes it itself. */
function noteThrowers(runs: ThreadRuns): WeakMap<object, LiveRun> {
  const throwers = new WeakMap<object, LiveRun>();
  const timers = globalThis as unknown as Record<"setTimeout" | "setInterval" | "setImmediate", Timer>;
  for (const name of ["setTimeout", "setInterval", "setImmediate"] as const) {
    const original = timers[name];
    const noting: Timer = (callback, ...rest) =>
      original((...args) => {
        try {
          return callback(...args);
        } catch (error) {
          if (isObject(error) && runs.current !== undefined) throwers.set(error, runs.current);
          throw error;
        }
      }, ...rest);
    timers[name] = Object.defineProperties(noting, Object.getOwnPropertyDescriptors(original));
  }
  return throwers;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
