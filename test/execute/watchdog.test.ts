import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judge, type Sentence, type ThreadView } from "../../src/execute/watchdog.ts";

const limits = { stuckAfterMs: 5_000, memoryBytes: 1_000, zombiesMax: 16, rssBytesMax: 10_000 };
const well: ThreadView = { thread: 1, staleMs: 0, memoryBytes: 1_000, zombies: 15, inFlight: 3 };
const other: ThreadView = { ...well, thread: 2 };

const cases: [string, { views: ThreadView[]; rss?: number }, Sentence[]][] = [
  ["a thread within all limits stays", { views: [{ ...well, staleMs: 4_999 }], rss: 10_000 }, []],
  ["a thread silent for stuck_after is killed", { views: [{ ...well, staleMs: 5_000 }, other] }, [
    { kind: "kill", thread: 1, cause: "stuck" },
  ]],
  ["also when nothing that we know of runs in it", { views: [{ ...well, staleMs: 5_000, inFlight: 0 }] }, [
    { kind: "kill", thread: 1, cause: "stuck" },
  ]],
  ["a thread above its memory is killed", { views: [other, { ...well, memoryBytes: 1_001 }] }, [
    { kind: "kill", thread: 1, cause: "memory" },
  ]],
  ["a thread full of zombies is retired, not killed", { views: [{ ...well, zombies: 16 }] }, [
    { kind: "retire", thread: 1 },
  ]],
  ["above the process's limit the longest silent thread with work is killed", {
    views: [{ ...well, staleMs: 600 }, { ...other, staleMs: 700 }, { ...well, thread: 3, staleMs: 900, inFlight: 0 }],
    rss: 10_001,
  }, [{ kind: "kill", thread: 2, cause: "memory" }]],
  ["above the process's limit a thread that beats is not to blame", {
    views: [{ ...well, staleMs: 499 }],
    rss: 99_999,
  }, []],
  ["one kill at a time for the process's limit: its memory must come back first", {
    views: [{ ...well, memoryBytes: 1_001 }, { ...other, staleMs: 700 }],
    rss: 99_999,
  }, [{ kind: "kill", thread: 1, cause: "memory" }]],
];

describe("judge", () => {
  for (const [promise, { views, rss = 0 }, sentences] of cases) {
    it(promise, () => assert.deepEqual(judge(views, limits, rss), sentences));
  }
});
