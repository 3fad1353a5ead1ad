import { verify } from "@octokit/webhooks-methods";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runProgram } from "../../src/cli/program.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { type Asked, jsonServer, type Told } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const SECRET = "It's a Secret";
const SLOW_DOWN = { status: 503, body: { detail: "overloaded" } };

const sources = [
  aSource({
    schema: { required: ["timestamp"], properties: { timestamp: { format: "date-time" } } },
    secrets: [SECRET],
  }),
  aSource({ name: "users", path: "/webhooks/users", type: "users.{json:/action}", data: "json:", secrets: [SECRET] }),
  aSource({
    name: "github",
    path: "/webhooks/github",
    preset: "github",
    type: undefined,
    data: "json:",
    order: undefined,
    secrets: [SECRET],
  }),
];

async function run(args: string[], answer: (asked: Asked) => Told | Promise<Told>, { isTTY = false } = {}) {
  const { url, asked } = await jsonServer(answer);
  const { hostname: host, port } = new URL(url);
  const config = aConfig({ sources, listen: { host, port: Number(port) } });
  const needs = recordedNeeds({ loadConfig: () => Promise.resolve(config) }, { isTTY });
  const code = await runProgram(["send", ...args, "--config", "hookd.yaml"], needs);
  return { code, out: needs.out(), err: needs.err(), asked };
}

const genuine = async ({ headers, body }: Asked) =>
  typeof headers["x-hub-signature-256"] === "string" && await verify(SECRET, body, headers["x-hub-signature-256"]);

test("an example event with the source's own shape is sent, and its answer shown", async () => {
  const { code, out, asked } = await run(["user.created"], () => ({ body: { status: "processed" } }));
  assert.equal(code, 0);
  assert.match(out, /^200 OK in \d+\.\d ms\n\{"status":"processed"\}\n$/);
  const [request] = asked;
  assert.equal(request?.url, "/webhooks/events");
  const body = JSON.parse(request?.body ?? "");
  assert.deepEqual(Object.keys(body), ["event_type", "timestamp", "data"]);
  assert.deepEqual(body.data, { user_id: "user_42", email: "ada@example.com" });
});

test("data, key and ordering key go where the source looks for them", async () => {
  const args = ["user.created", "--data", '{"user_id":"u1"}', "--key", "k-{n}", "--order", "o-{n}", "--count", "2"];
  const { asked } = await run(args, () => ({}));
  assert.deepEqual(asked.map(({ headers }) => headers["x-idempotency-key"]), ["k-1", "k-2"]);
  assert.deepEqual(asked.map(({ body }) => JSON.parse(body).data.user_id), ["o-1", "o-2"]);
});

test("a type finds the source that can carry it", async () => {
  const { asked } = await run(["users.deleted"], () => ({}));
  assert.equal(asked[0]?.url, "/webhooks/users");
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ""), { user_id: "user_42", action: "deleted" });
});

test("a file is sent to the byte, with a signature that the provider's library verifies", async () => {
  const file = join(tempFolder(), "push.json");
  const text = '{ "ref": "refs/heads/main",\n  "id": 12345678901234567890 }\n';
  writeFileSync(file, text);
  const { code, asked } = await run(["push", "--source", "github", "--data", `@${file}`], () => ({ status: 202 }));
  assert.equal(code, 0);
  assert.equal(asked[0]?.body, text);
  assert.equal(asked[0]?.headers["x-github-event"], "push");
  assert.ok(asked[0] && await genuine(asked[0]));
});

test("a key that was used for another body is explained where the time of sending makes every body another", async () => {
  const reused = () => ({ status: 422, body: { code: "idempotency_key_reused", detail: "?" } });
  const { code, err } = await run(["user.created", "--key", "k"], reused);
  assert.equal(code, 1);
  assert.match(err, /^This source requires "timestamp", which is the time of sending/);
  assert.equal((await run(["users.created", "--key", "k"], reused)).err, "");
});

test("--no-key leaves the key to the body's hash", async () => {
  const { asked } = await run(["user.created", "--no-key"], () => ({}));
  assert.equal(asked[0]?.headers["x-idempotency-key"], undefined);
});

test("an answer that is no 2xx is exit 1, with what the receiver said", async () => {
  const { code, out } = await run(["user.created"], () => SLOW_DOWN);
  assert.equal(code, 1);
  assert.match(out, /^503 Service Unavailable in .* ms\n\{"detail":"overloaded"\}\n$/);
});

test("many events are summed up by status, and one that failed makes exit 1", async () => {
  const { code, out, asked } = await run(
    ["user.created", "--count", "20", "--concurrency", "4", "--json"],
    ({ headers }) => headers["x-idempotency-key"] === asked7(headers) ? SLOW_DOWN : {},
  );
  const summary = JSON.parse(out);
  assert.equal(code, 1);
  assert.equal(asked.length, 20);
  assert.deepEqual(summary.by_status, { 200: 19, 503: 1 });
  assert.equal(summary.sent, 20);
  assert.equal(summary.unexpected, 1);
  const { p50, p90, p99, max } = summary.latency_ms;
  assert.ok(0 < p50 && p50 <= p90 && p90 <= p99 && p99 <= max);
});

let nth = 0;
/** The key of the seventh request, so that exactly one is refused. */
function asked7(headers: Asked["headers"]): unknown {
  nth += 1;
  return nth === 7 ? headers["x-idempotency-key"] : undefined;
}

test("at a rate, requests go out however long the answers take", async () => {
  const waiting: (() => void)[] = [];
  const { code, asked } = await run(["user.created", "--count", "5", "--rate", "1000"], () => {
    const told = new Promise<Told>((resolve) => waiting.push(() => resolve({})));
    // Nobody is answered before all five have come.
    if (waiting.length === 5) waiting.forEach((answer) => answer());
    return told;
  });
  assert.equal(code, 0);
  assert.equal(asked.length, 5);
});

test("chaos is counted by kind, a sound receiver makes exit 0, and the seed is printed", async () => {
  const args = [
    "push",
    "--source",
    "github",
    "--count",
    "12",
    "--chaos",
    "duplicate,reorder,tamper,stale,truncate,unsigned",
  ];
  const answer = async (asked: Asked) => ({ status: await genuine(asked) ? 202 : 401 });
  const { code, out } = await run([...args, "--seed", "7", "--json"], answer);
  assert.equal(code, 0);
  const summary = JSON.parse(out);
  assert.equal(summary.seed, 7);
  assert.deepEqual(summary.by_kind, {
    plain: { sent: 7, unexpected: 0, by_status: { 202: 7 } },
    duplicate: { sent: 1, unexpected: 0, by_status: { 202: 1 } },
    reorder: { sent: 1, unexpected: 0, by_status: { 202: 1 } },
    tamper: { sent: 1, unexpected: 0, by_status: { 401: 1 } },
    stale: { sent: 1, unexpected: 0, by_status: { 202: 1 } },
    truncate: { sent: 1, unexpected: 0, by_status: { none: 1 } },
    unsigned: { sent: 1, unexpected: 0, by_status: { 401: 1 } },
  });
  const shown = await run([...args, "--seed", "7"], answer);
  assert.match(shown.out, /^seed\t7$/m);
  assert.match(shown.out, /^tamper\t1\t0\t401 x 1$/m);
  assert.match(shown.err, /signs no time: stale events count as good ones/);
});

test("a receiver that takes anything fails under chaos", async () => {
  const args = ["push", "--source", "github", "--count", "2", "--chaos", "tamper,unsigned", "--json"];
  const { code, out } = await run(args, () => ({ status: 202 }));
  assert.equal(code, 1);
  assert.equal(JSON.parse(out).unexpected, 2);
});

test("on a terminal the summary is a table", async () => {
  const { out } = await run(["user.created", "--count", "3"], () => ({}), { isTTY: true });
  const account = "account  3 sent = 3 accepted \\+ 0 duplicates \\+ 0 rejected \\+ 0 failed \\+ 0 unanswered";
  const tables = "ANSWERED  REASON  COUNT\naccepted          3\n\nSTATUS  COUNT\n200 OK  3\n";
  assert.match(out, new RegExp(`^sent     3 in .*\nlatency  p50 .*\n${account}\n\n${tables}$`));
});

test("the account goes by what the answers say", async () => {
  const answers: Told[] = [
    { body: { status: "processed" } },
    { body: { status: "already_processed" } },
    { status: 202, body: { status: "queued", duplicate: true } },
    { status: 400, body: { code: "schema_violation", detail: "?" } },
    { status: 503, body: { code: "overloaded", detail: "?" } },
    { status: 500, body: { status: "failed", error: "?" } },
    { body: { status: "failed", error: "?", sent_to_dlq: true } },
  ];
  const given = answers.values();
  const { code, out } = await run(["user.created", "--count", "7", "--json"], () => given.next().value ?? {});
  assert.equal(code, 1);
  const { sent, accepted, duplicates, rejected, failed, unanswered, ...rest } = JSON.parse(out);
  assert.deepEqual({ sent, accepted, duplicates, rejected, failed, unanswered }, {
    sent: 7,
    accepted: 1,
    duplicates: 2,
    rejected: 2,
    failed: 2,
    unanswered: 0,
  });
  assert.deepEqual(rest.rejected_by_reason, { overloaded: 1, schema_violation: 1 });
  assert.deepEqual(rest.failed_by_reason, { failed: 1, sent_to_dlq: 1 });
  assert.equal(rest.unexpected, 4);
});

test("a header of one's own is sent, with the number of the event where it says {n}", async () => {
  const args = ["user.created", "--key", "k", "--header", "X-Retry-Count: {n}", "--header", "X-B: 2", "--count", "2"];
  const { code, asked } = await run(args, () => ({}));
  assert.equal(code, 0);
  assert.deepEqual(asked.map(({ headers }) => [headers["x-retry-count"], headers["x-b"]]), [["1", "2"], ["2", "2"]]);
});

test("nobody there is exit 1, and all that were sent are in the account", async () => {
  const args = ["user.created", "--url", "http://127.0.0.1:1", "--count", "3", "--json"];
  const { code, out, err } = await run(args, () => ({}));
  assert.equal(code, 1);
  const { sent, unanswered, unanswered_by_reason } = JSON.parse(out);
  assert.deepEqual({ sent, unanswered, unanswered_by_reason }, {
    sent: 3,
    unanswered: 3,
    unanswered_by_reason: { connection_lost: 3 },
  });
  assert.match(err, /ERR_SEND_FAILED: Sent POST http:\/\/127\.0\.0\.1:1\/webhooks\/events and got no answer/);
});

for (
  const [what, args, message] of [
    ["data that is not JSON", ["user.created", "--data", "{no"], /text of --data is not JSON/],
    [
      "a data file that is not there",
      ["user.created", "--data", "@/nowhere.json"],
      /Cannot read the file of --data.*ENOENT/,
    ],
    ["a type that the source cannot carry", ["order.placed", "--source", "users"], /takes types of the form users\./],
    ["an ordering key for a source without one", ["push", "--source", "github", "--order", "a"], /no ordering key/],
    ["a header without a name", ["user.created", "--header", "two"], /Expected 'Name: value'/],
    ["a header of the connection's own", ["user.created", "--header", "Content-Length: 2"], /cannot be set/],
    [
      "a preset that cannot be signed for",
      ["user.created", "--preset", "paypal"],
      /Cannot sign for the preset "paypal"/,
    ],
  ] as const
) {
  test(`${what} is exit 2, and nothing is sent`, async () => {
    const { code, err, asked } = await run([...args, "--count", "3", "--rate", "100"], () => ({}));
    assert.equal(code, 2);
    assert.match(err, message);
    assert.deepEqual(asked, []);
  });
}
