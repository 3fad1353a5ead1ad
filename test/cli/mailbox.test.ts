import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "../../src/cli/program.ts";
import { jsonServer, type Told } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

async function run(args: string[], told: Told) {
  const { url, asked } = await jsonServer(() => told);
  const needs = recordedNeeds();
  const code = await runProgram(["mailbox", ...args, "--admin", url], needs);
  return { code, out: needs.out(), err: needs.err(), asked: asked.map((one) => `${one.method} ${one.url}`) };
}

const mailbox = { key: "events:user 42", source: "events", ordering_key: "user 42", state: "parked", waiting: 3 };

test("list prints key, state and how many wait", async () => {
  const { code, out, asked } = await run(["list", "--limit", "5"], { body: { items: [mailbox] } });
  assert.equal(code, 0);
  assert.deepEqual(asked, ["GET /mailboxes?limit=5"]);
  assert.equal(out, "events:user 42\tparked\t3\n");
});

test("list --json is one document like every other listing", async () => {
  const { out } = await run(["list", "--json"], { body: { items: [mailbox] } });
  assert.deepEqual(JSON.parse(out), { items: [mailbox], next: null });
});

for (const [verb, done] of [["pause", "paused"], ["resume", "resumed"]] as const) {
  test(`${verb} sends the key percent-encoded, whatever is in it`, async () => {
    const { code, out, asked } = await run([verb, "events:a/b ?c"], { body: { key: "events:a/b ?c" } });
    assert.equal(code, 0);
    assert.deepEqual(asked, [`POST /mailboxes/events%3Aa%2Fb%20%3Fc/${verb}`]);
    assert.equal(out, `events:a/b ?c ${done}\n`);
  });
}

for (const key of ["no-colon", "events:", ":user_42", ""]) {
  test(`the malformed key "${key}" is wrong usage, and nobody is asked`, async () => {
    const { code, err, asked } = await run(["pause", key], {});
    assert.equal(code, 2);
    assert.match(err, /Expected <source>:<ordering key>, such as events:user_42/);
    assert.deepEqual(asked, []);
  });
}
