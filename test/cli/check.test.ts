import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "../../src/cli/program.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

function needsWith(faults: string[], warnings: string[]) {
  const asked: unknown[] = [];
  const needs = recordedNeeds({
    checkProject: (file, options) => {
      asked.push([file, options]);
      return Promise.resolve({ faults, warnings });
    },
  });
  return { needs, asked };
}

test("every fault is a line of its own that starts with its place, then they are counted, exit 2", async () => {
  const { needs, asked } = needsWith(["hookd.yaml:3:5: mode: expected sync", "a.ts:1: no default export"], [
    "b: literal",
  ]);
  assert.equal(await runProgram(["check"], needs), 2);
  assert.equal(
    needs.out(),
    "hookd.yaml:3:5: mode: expected sync\na.ts:1: no default export\nb: literal (warning)\n" +
      "2 faults, 1 warning in hookd.yaml and its handlers\n",
  );
  assert.deepEqual(asked, [["hookd.yaml", { dev: false }]]);
});

test("warnings alone are fine, exit 0", async () => {
  const { needs, asked } = needsWith([], ["b: literal"]);
  assert.equal(await runProgram(["check", "--config", "other.yaml", "--dev"], needs), 0);
  assert.match(needs.out(), /^no faults, 1 warning in other\.yaml and its handlers$/m);
  assert.deepEqual(asked, [["other.yaml", { dev: true }]]);
});

test("--json is one document, with the same exit code", async () => {
  const { needs } = needsWith(["one"], []);
  assert.equal(await runProgram(["check", "--json"], needs), 2);
  assert.deepEqual(JSON.parse(needs.out()), { faults: ["one"], warnings: [] });
});
