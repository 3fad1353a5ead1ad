import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "../../src/cli/program.ts";
import { type Asked, jsonServer, type Told } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

const letter = (id: string) => ({
  id,
  event: {
    id,
    source: "events",
    type: "order.placed",
    key: "k",
    received_at: "2026-01-02T03:04:05.678Z",
    headers: {},
    data: { text: "two\nlines" },
  },
  error: "it broke",
  attempts: 3,
  failed_at: "2026-01-02T03:04:09.000Z",
});

async function run(args: string[], answer: (asked: Asked) => Told) {
  const { url, asked } = await jsonServer(answer);
  const needs = recordedNeeds();
  const code = await runProgram(["dlq", ...args, "--admin", url], needs);
  const seen = asked.map((one) => `${one.method} ${one.url} ${one.body}`.trimEnd());
  return { code, out: needs.out(), err: needs.err(), asked: seen };
}

test("list prints the open letters", async () => {
  const { code, out, asked } = await run(
    ["list", "--type", "order.placed", "--source", "events"],
    () => ({ body: { items: [letter("a")], count: 1, next: null } }),
  );
  assert.equal(code, 0);
  assert.deepEqual(asked, ["GET /dlq?type=order.placed&source=events"]);
  assert.equal(out, "a\torder.placed\tevents\t3\t2026-01-02T03:04:09.000Z\tit broke\n");
});

test("list --json keeps the count that the admin API gives", async () => {
  const body = { items: [letter("a")], count: 7, next: "c" };
  const { out } = await run(["list", "--json"], () => ({ body }));
  assert.deepEqual(JSON.parse(out), body);
});

test("show --json is the letter as it stands in the file", async () => {
  const { out, asked } = await run(["show", "a.2", "--json"], () => ({ body: letter("a.2") }));
  assert.deepEqual(asked, ["GET /dlq/a.2"]);
  assert.deepEqual(JSON.parse(out), letter("a.2"));
});

test("retry without ids puts all that match back", async () => {
  const { code, out, asked } = await run(
    ["retry", "--type", "order.placed"],
    () => ({ body: { retried: ["a", "b"], remaining: 4 } }),
  );
  assert.equal(code, 0);
  assert.deepEqual(asked, ['POST /dlq {"type":"order.placed"}']);
  assert.equal(out, "2 retried, 4 remaining\n");
});

test("retry with ids puts these back, one after the other", async () => {
  const { code, out, asked } = await run(
    ["retry", "a", "b"],
    ({ url }) => url.includes("/b/") ? { status: 404, body: { detail: "No open dead letter has this id" } } : {},
  );
  assert.equal(code, 1);
  assert.deepEqual(asked, ["POST /dlq/a/retry", "POST /dlq/b/retry"]);
  assert.match(out, /^a retried\nb: .*No open dead letter has this id\n$/);
});

test("retry takes ids or a filter, not both: a filter that is ignored would surprise", async () => {
  const { code, err, asked } = await run(["retry", "a", "--source", "events"], () => ({}));
  assert.equal(code, 2);
  assert.deepEqual(asked, []);
  assert.match(err, /not both/);
});

test("drop needs ids, and drops each", async () => {
  assert.equal((await run(["drop"], () => ({}))).code, 2);
  const { code, out, asked } = await run(["drop", "a", "b"], () => ({ body: { dropped: ["x"], remaining: 0 } }));
  assert.equal(code, 0);
  assert.deepEqual(asked, ["DELETE /dlq/a", "DELETE /dlq/b"]);
  assert.equal(out, "a dropped\nb dropped\n");
});

test("export writes every letter of every page as one JSON line", async () => {
  const { out, asked } = await run(
    ["export"],
    ({ url }) => ({
      body: url.includes("c1") ? { items: [letter("b")], next: null } : { items: [letter("a")], next: "c1" },
    }),
  );
  assert.deepEqual(asked, ["GET /dlq?limit=1000", "GET /dlq?limit=1000&cursor=c1"]);
  assert.deepEqual(out.trimEnd().split("\n").map((line) => JSON.parse(line)), [letter("a"), letter("b")]);
});
