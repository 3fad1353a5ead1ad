import assert from "node:assert/strict";
import { it } from "node:test";
import { parseStat } from "../../../bench/machine/cores.ts";

it("the CPU time of a process is read also where its name holds spaces and parentheses", () => {
  const stat = "4711 (a) (b c) S 42 4711 4711 0 -1 4194304 100 0 0 0 70 30 0 0 20 0 11 0 100 0 0";
  assert.deepEqual(parseStat(stat), { parent: 42, ticks: 100 });
});
