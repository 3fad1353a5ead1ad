import assert from "node:assert/strict";
import { test } from "node:test";
import { createProgram, runProgram } from "../../src/cli/program.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

async function run(...args: string[]) {
  const needs = recordedNeeds();
  const code = await runProgram(args, needs);
  return { code, out: needs.out(), err: needs.err() };
}

test("--version is the version alone, --help the help, both on stdout with exit 0", async () => {
  assert.deepEqual(await run("--version"), { code: 0, out: "1.2.3\n", err: "" });
  const help = await run("--help");
  assert.equal(help.code, 0);
  for (const command of ["serve", "check", "send", "events", "dlq", "mailbox"]) {
    assert.match(help.out, new RegExp(`^  ${command}`, "m"));
  }
});

for (
  const [args, said] of [
    [[], /Usage: hookd/],
    [["sned"], /unknown command 'sned'\n\(Did you mean send\?\)/],
    [["send", "a", "--soruce", "x"], /unknown option '--soruce'\n\(Did you mean --source\?\)/],
    [["send"], /missing required argument 'type'/],
    [["send", "a", "b"], /too many arguments/],
    [["send", "a", "--rate", "1", "--concurrency", "2"], /cannot be used with/],
    [["events"], /Usage: hookd events/],
    [["events", "shwo", "id"], /Did you mean show\?/],
    [["dlq", "drop"], /missing required argument 'id'/],
    [["serve", "--config"], /argument missing/],
  ] as const
) {
  test(`hookd ${args.join(" ")} is wrong usage: exit 2, told on stderr`, async () => {
    const { code, out, err } = await run(...args);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, said);
  });
}

test("every command that does something has an example in its help", async () => {
  const leaves = createProgram(recordedNeeds()).commands.flatMap((command) =>
    command.commands.length === 0 ? [[command.name()]] : command.commands.map((sub) => [command.name(), sub.name()])
  );
  assert.ok(leaves.length >= 14);
  for (const words of leaves) {
    const { code, out } = await run(...words, "--help");
    assert.equal(code, 0);
    assert.match(out, new RegExp(`\\n  \\$ hookd ${words.join(" ")}`), `hookd ${words.join(" ")}`);
  }
});

test("our own bug is not dressed up as an operator's mistake", async () => {
  const needs = recordedNeeds({ checkProject: () => Promise.reject(new TypeError("a bug")) });
  await assert.rejects(runProgram(["check"], needs), TypeError);
});
