import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blame, type LastSight, type Verdict } from "../../src/execute/blame.ts";

const sight: LastSight = { cause: "stuck", culprit: 0, current: 0, inFlight: [7, 8, 9], served: 12 };
const cases: [string, Partial<LastSight>, Verdict][] = [
  ["who called process.exit is guilty", { cause: "exit", culprit: 8 }, { guilty: 8, suspects: [] }],
  ["an exit by a run that has ended makes nobody in flight guilty or suspect", { cause: "exit", culprit: 3 }, {
    guilty: undefined,
    suspects: [],
  }],
  ["the culprit counts more than the stack", { cause: "exit", culprit: 8, current: 9 }, { guilty: 8, suspects: [] }],
  ["who is on the stack of a stuck thread is guilty", { current: 9 }, { guilty: 9, suspects: [] }],
  ["who was on the stack when the thread died is guilty", { cause: "error", current: 9 }, { guilty: 9, suspects: [] }],
  ["the stack proves nothing about memory", { cause: "memory", current: 9 }, {
    guilty: undefined,
    suspects: [7, 8, 9],
  }],
  ["nor about the heap limit", { cause: "oom", current: 9 }, { guilty: undefined, suspects: [7, 8, 9] }],
  ["without a trace all are suspects", {}, { guilty: undefined, suspects: [7, 8, 9] }],
  ["a run on the stack that has been answered is no proof", { current: 3 }, { guilty: undefined, suspects: [7, 8, 9] }],
  ["the only run that a thread ever had is guilty", { inFlight: [7], served: 1 }, { guilty: 7, suspects: [] }],
  ["also of its memory", { cause: "oom", inFlight: [7], served: 1 }, { guilty: 7, suspects: [] }],
  ["a run alone in a thread that others used before is only a suspect", { inFlight: [7], served: 2 }, {
    guilty: undefined,
    suspects: [7],
  }],
  ["a thread that dies idle accuses nobody", { inFlight: [], served: 1 }, { guilty: undefined, suspects: [] }],
];

describe("blame", () => {
  for (const [promise, over, verdict] of cases) {
    it(promise, () => assert.deepEqual(blame({ ...sight, ...over }), verdict));
  }
});
