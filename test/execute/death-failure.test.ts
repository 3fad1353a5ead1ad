import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failureOfDeath } from "../../src/execute/death-failure.ts";

describe("failureOfDeath", () => {
  const limits = { stuckAfterMs: 5_000, memoryBytes: 256 * 2 ** 20 };
  const cases = [
    ["stuck", "ERR_THREAD_STUCK", "The handler blocked its thread for 5000 ms or more"],
    ["memory", "ERR_THREAD_MEMORY", "The handler took its thread above 256 MB"],
    ["oom", "ERR_THREAD_MEMORY", "The handler took its thread above 256 MB"],
    ["exit", "ERR_THREAD_EXIT", "The handler called process.exit"],
    ["error", "ERR_THREAD_DIED", "The handler took its thread with it"],
  ] as const;
  for (const [cause, code, message] of cases) {
    it(`says ${code} of ${cause}`, () => assert.deepEqual(failureOfDeath(cause, limits), { code, message }));
  }
});
