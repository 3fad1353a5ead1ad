import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "../../src/cli/program.ts";
import { type Asked, jsonServer, type Told } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

const row = (over: Record<string, unknown> = {}) => ({
  event_id: "id-1",
  event_type: "user.created",
  source: "events",
  state: "completed",
  received_at: "2026-01-02T03:04:05.678Z",
  processed_at: "2026-01-02T03:04:05.700Z",
  success: true,
  error_message: null,
  attempts: 1,
  duration_ms: 12.3456,
  ...over,
});

async function run(args: string[], answer: (asked: Asked) => Told, { isTTY = false } = {}) {
  const { url, asked } = await jsonServer(answer);
  const needs = recordedNeeds({}, { isTTY });
  const code = await runProgram(["events", ...args, "--admin", url], needs);
  return { code, out: needs.out(), err: needs.err(), urls: asked.map((one) => `${one.method} ${one.url}`) };
}

test("list asks with its filters and prints a line for each event", async () => {
  const dead = row({ event_id: "id-2", state: "dead", success: false, error_message: "it\nbroke\x1b[2J", attempts: 3 });
  const { code, out, urls } = await run(
    ["list", "--state", "dead", "--type", "a", "--source", "s", "--since", "2026-01-01T00:00:00Z", "--limit", "2"],
    () => ({ body: { items: [row(), dead], next: null } }),
  );
  assert.equal(code, 0);
  assert.deepEqual(urls, ["GET /events?state=dead&type=a&source=s&since=2026-01-01T00%3A00%3A00.000Z&limit=2"]);
  assert.equal(
    out,
    "id-1\tuser.created\tevents\tcompleted\t1\t2026-01-02T03:04:05.678Z\t12.3\t\n" +
      "id-2\tuser.created\tevents\tdead\t3\t2026-01-02T03:04:05.678Z\t12.3\tit\\nbroke\\x1b[2J\n",
  );
});

test("list on a terminal has a heading, and says when there is nothing", async () => {
  const { out } = await run(["list"], () => ({ body: { items: [row()], next: null } }), { isTTY: true });
  assert.match(out, /EVENT ID.*TYPE.*SOURCE/);
  const none = await run(["list"], () => ({ body: { items: [], next: null } }), { isTTY: true });
  assert.equal(none.out, "Nothing to list\n");
});

test("list tells on stderr that there is more, and how to get it", async () => {
  const { err } = await run(["list"], () => ({ body: { items: [row()], next: "c1" } }));
  assert.match(err, /--cursor c1, or --all/);
});

test("list --json is one document with the cursor; an event that waits has no success yet", async () => {
  const waiting = row({ state: "available", success: null, duration_ms: null });
  const { out } = await run(["list", "--json"], () => ({ body: { items: [waiting], next: "c1" } }));
  assert.deepEqual(JSON.parse(out), { items: [waiting], next: "c1" });
});

test("list --all asks for page after page and prints them as one", async () => {
  const { out, urls } = await run(
    ["list", "--all", "--json"],
    ({ url }) => ({
      body: url.includes("c1") ? { items: [row({ event_id: "id-2" })], next: null } : { items: [row()], next: "c1" },
    }),
  );
  assert.deepEqual(urls, ["GET /events?limit=1000", "GET /events?limit=1000&cursor=c1"]);
  assert.deepEqual(JSON.parse(out).items.map((item: { event_id: string }) => item.event_id), ["id-1", "id-2"]);
  assert.equal(JSON.parse(out).next, null);
});

const detail = {
  ...row(),
  headers: [["Content-Type", "application/json"], ["X-Event-Type", "user.created"]],
  body: '{"a":\n1}',
  body_base64: "eyJhIjoKMX0=",
  attempts: [
    { attempt: 1, outcome: "failed", error: { code: "Error" } },
    { attempt: 2, outcome: "ok", error: null },
  ],
  result: null,
};

test("show prints all of it for a person", async () => {
  const { out, urls } = await run(["show", "id/1"], () => ({ body: detail }), { isTTY: true });
  assert.deepEqual(urls, ["GET /events/id%2F1"]);
  assert.match(out, /^source +events$/m);
  assert.match(out, /\n  Content-Type: application\/json\n  X-Event-Type: user\.created\n/);
  assert.match(out, /\n  \{"a":\n  1\}\n/);
  assert.match(out, /\nattempts\n  attempt  outcome  error\n  1        failed   \{"code":"Error"\}\n  2        ok\n/);
  assert.doesNotMatch(out, /body_base64/);
});

test("show into a pipe is a line for each field", async () => {
  const { out } = await run(["show", "id-1"], () => ({ body: { ...detail, body: null } }));
  assert.match(out, /^source\tevents$/m);
  assert.match(out, /^body_base64\teyJhIjoKMX0=$/m);
  assert.equal(out.split("\n").length, Object.values(detail).filter((value) => value !== null).length);
});

test("show --json is the admin API's own answer", async () => {
  const { out } = await run(["show", "id-1", "--json"], () => ({ body: detail }));
  assert.deepEqual(JSON.parse(out), detail);
});

const notFound = { status: 404, body: { detail: "Event not found" } };

test("show of what is not there is exit 1, with a hint", async () => {
  const { code, err } = await run(["show", "id-1"], () => notFound);
  assert.equal(code, 1);
  assert.match(err, /^ERR_NOT_FOUND: .*answered 404: Event not found\n.*hookd events list/);
});

test("replay goes on after an id that is not there, and ends with exit 1", async () => {
  const { code, out, urls } = await run(
    ["replay", "one", "two", "three"],
    ({ url }) => url.includes("two") ? notFound : { status: 202, body: { event_id: "new", replay_of: "x" } },
  );
  assert.equal(code, 1);
  assert.deepEqual(urls, ["POST /events/one/replay", "POST /events/two/replay", "POST /events/three/replay"]);
  assert.match(out, /^one runs again as new\ntwo: .*Event not found\nthree runs again as new\n$/);
});

test("replay --json is a JSON line an event", async () => {
  const { out } = await run(
    ["replay", "one", "--json"],
    () => ({ status: 202, body: { event_id: "new", replay_of: "one" } }),
  );
  assert.deepEqual(JSON.parse(out), { id: "one", event_id: "new", replay_of: "one" });
});

test("replay stops when the daemon refuses the token: the next id would be refused too", async () => {
  const { code, urls } = await run(["replay", "one", "two"], () => ({ status: 401, body: { detail: "no" } }));
  assert.equal(code, 1);
  assert.equal(urls.length, 1);
});

test("a filter that the daemon does not take is wrong usage", async () => {
  const { code, err } = await run(
    ["list", "--cursor", "x"],
    () => ({ status: 400, body: { detail: "cursor is not one of hookd's" } }),
  );
  assert.equal(code, 2);
  assert.match(err, /cursor is not one of hookd's/);
});

test("a state that there is not is wrong usage, and nobody is asked", async () => {
  const { code, err, urls } = await run(["list", "--state", "daed"], () => ({}));
  assert.equal(code, 2);
  assert.match(err, /There is no "daed"\. \(Did you mean dead\?\)/);
  assert.deepEqual(urls, []);
});
