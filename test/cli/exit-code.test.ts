import assert from "node:assert/strict";
import { test } from "node:test";
import { ExitCode } from "../../src/cli/exit-code.ts";
import { runProgram } from "../../src/cli/program.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

for (const code of [1, 2] as const) {
  test(`a command that ends with exit code ${code} has said why itself: nothing is added`, async () => {
    const needs = recordedNeeds({ checkProject: () => Promise.reject(new ExitCode(code)) });
    assert.equal(await runProgram(["check"], needs), code);
    assert.equal(needs.out() + needs.err(), "");
  });
}
