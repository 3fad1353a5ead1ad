/** What an event's record says of an attempt that took its thread with it: one code for each cause of death. */
import type { Failure } from "../model.ts";
import type { DeathCause } from "./blame.ts";

export function failureOfDeath(cause: DeathCause, limits: { stuckAfterMs: number; memoryBytes: number }): Failure {
  switch (cause) {
    case "stuck":
      return {
        code: "ERR_THREAD_STUCK",
        message: `The handler blocked its thread for ${limits.stuckAfterMs} ms or more`,
      };
    case "memory":
    case "oom":
      return {
        code: "ERR_THREAD_MEMORY",
        message: `The handler took its thread above ${megabytes(limits.memoryBytes)} MB`,
      };
    case "exit":
      return { code: "ERR_THREAD_EXIT", message: "The handler called process.exit" };
    case "error":
      return { code: "ERR_THREAD_DIED", message: "The handler took its thread with it" };
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
