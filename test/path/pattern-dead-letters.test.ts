/** What hookd stopped trying: `dlq.jsonl` and the routes around it, CONTRACT sections 4 and 8, on the shipped sources. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { it } from "node:test";
import { runHookd } from "../support/run-hookd.ts";
import { ISO, openGate, signed, startShipped, statusOf, without } from "../support/shipped-daemon.ts";
import { SignedSender } from "../support/signed-post.ts";

const sender = new SignedSender();
const daemon = await startShipped();

const FILE = "data/dlq.jsonl";
const file = () => daemon.read(FILE);
const lines = () => file().trimEnd().split("\n").map((line) => JSON.parse(line));

/** Runs `act` and checks that the file only grew by it; the lines that were added. */
async function added(act: () => Promise<unknown>): Promise<any[]> {
  const before = file();
  await act();
  const after = file();
  assert.ok(after.startsWith(before), "the earlier bytes stand where they stood");
  assert.ok(after === "" || after.endsWith("\n"));
  return after.slice(before.length).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** An event that dies at once; resolves to its id when it is dead. */
async function die(path: string, data: unknown, type = "gated.refuses"): Promise<string> {
  const { status, body } = await sender.send(
    `${daemon.publicUrl}/webhooks/${path}`,
    signed(data, { "X-Event-Type": type, Authorization: "Bearer canary-of-the-sender" }),
  );
  assert.equal(status, 202, JSON.stringify(body));
  const id: string = body.event_id ?? body.task_id;
  assert.equal((await statusOf(daemon, id)).body.status, "dead");
  return id;
}

const admin = (path: string, method = "GET", body?: unknown) =>
  daemon.admin(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
const letterIds = async (query = "") => (await admin(`/dlq${query}`)).body.items.map((letter: any) => letter.id);

it("a dead event is one line of dlq.jsonl with exactly the contract's fields, and one item of GET /dlq", async () => {
  const data = { fail: "card declined", amount: 12.5 };
  let id = "";
  const [letter, ...more] = await added(async () => id = await die("ack", data));
  assert.deepEqual(more, []);
  assert.deepEqual(Object.keys(letter), ["id", "event", "error", "attempts", "failed_at"]);
  assert.deepEqual(Object.keys(letter.event), ["id", "source", "type", "key", "received_at", "headers", "data"]);
  const { event, ...rest } = without(letter, { failed_at: ISO }) as { event: any };
  assert.deepEqual(rest, { id, error: "card declined", attempts: 1 });
  const { headers, ...known } = without(event, { key: /^[0-9a-f]{64}$/, received_at: ISO });
  assert.deepEqual(known, { id, source: "ack", type: "gated.refuses", data });
  assert.equal((headers as any)["x-event-type"], "gated.refuses");

  const { status, body } = await admin("/dlq");
  assert.deepEqual([status, Object.keys(body)], [200, ["items", "count", "next"]]);
  assert.deepEqual([body.items.length, body.count, body.next], [1, 1, null]);
  const [item] = body.items;
  assert.deepEqual({ ...item, event: { ...item.event, headers: undefined } }, {
    ...letter,
    event: { ...letter.event, headers: undefined },
  });
  assert.ok(!JSON.stringify(body).includes("canary-of-the-sender"), "what is shown names no credential");
  assert.deepEqual((await admin(`/dlq/${id}`)).body, item);
});

it("letters are listed oldest first, filtered by type and source, and in pages", async () => {
  const first = (await letterIds())[0];
  const fails = await die("async", { n: 1 }, "gated.fails");
  const rejected = await die("with-status", { amount: -1 }, "payment.received");
  assert.deepEqual(await letterIds(), [first, fails, rejected]);
  assert.deepEqual(await letterIds("?type=gated.fails"), [fails]);
  assert.deepEqual(await letterIds("?source=with-status"), [rejected]);
  assert.deepEqual(await letterIds("?source=with-status&type=gated.fails"), []);
  const page = (await admin("/dlq?limit=2")).body;
  assert.deepEqual([page.items.map(({ id }: any) => id), page.count], [[first, fails], 3]);
  assert.deepEqual(await letterIds(`?limit=2&cursor=${encodeURIComponent(page.next)}`), [rejected]);
});

it("one letter is retried; when its event dies again that is a new line with a new id", async () => {
  const id = await die("ack", { gate: "once more", fail: "still closed" }, "gated.closed-fails");
  const again = await added(async () => {
    const { status, body } = await admin(`/dlq/${id}/retry`, "POST");
    assert.deepEqual([status, body], [200, { retried: [id], remaining: 3 }]);
    assert.equal((await statusOf(daemon, id)).body.status, "dead");
  });
  assert.deepEqual(
    again.map((line) => without(line, "at" in line ? { at: ISO } : { failed_at: ISO })).map(
      ({ event: _, ...line }) => line,
    ),
    [
      { id, resolved: "retried" },
      { id: `${id}.2`, error: "still closed", attempts: 2 },
    ],
  );
  assert.equal(again[1].event.id, id);
  assert.deepEqual((await letterIds()).slice(-1), [`${id}.2`]);

  openGate(daemon, "once more");
  const [resolved] = await added(() => admin(`/dlq/${id}.2/retry`, "POST"));
  assert.deepEqual(without(resolved, { at: ISO }), { id: `${id}.2`, resolved: "retried" });
  assert.equal((await statusOf(daemon, id)).body.status, "processed");
  assert.equal((await admin(`/dlq/${id}.2/retry`, "POST")).status, 404);
});

it("a dropped letter is closed by a further line, and its event stays dead", async () => {
  const id = await die("ack", { n: "drop" });
  const [line] = await added(async () => {
    const { status, body } = await admin(`/dlq/${id}`, "DELETE");
    assert.deepEqual([status, body], [200, { dropped: [id], remaining: 3 }]);
  });
  assert.deepEqual(without(line, { at: ISO }), { id, resolved: "dropped" });
  assert.equal((await statusOf(daemon, id)).body.status, "dead");
  assert.deepEqual([(await admin(`/dlq/${id}`)).status, (await admin(`/dlq/${id}`, "DELETE")).status], [404, 404]);
});

it("POST /dlq retries what its body picks, and all without one", async () => {
  const [first, fails, rejected] = await letterIds();
  const gated = await Promise.all(
    ["a", "b"].map((n) => die("tasks", { gate: "all", n }, "gated.closed-fails")),
  );
  const retry = async (body?: unknown) => (await admin("/dlq", "POST", body)).body;
  assert.deepEqual(await retry({ type: "nobody.knows" }), { retried: [], remaining: 5 });
  openGate(daemon, "all");
  assert.deepEqual(await retry({ source: "tasks", ids: [gated[1]] }), { retried: [gated[1]], remaining: 4 });
  assert.deepEqual(await retry({ type: "gated.closed-fails" }), { retried: [gated[0]], remaining: 3 });
  for (const id of gated) assert.equal((await statusOf(daemon, id)).body.status, "processed");

  const all = await admin("/dlq", "POST");
  assert.deepEqual([all.status, all.body.retried], [200, [first, fails, rejected]]);
  for (const id of [first, fails, rejected]) {
    await daemon.until(`the second death of ${id}`, () => lines().some((line) => line.id === `${id}.2`) || undefined);
  }
  assert.deepEqual(new Set(await letterIds()), new Set([first, fails, rejected].map((id) => `${id}.2`)));
});

const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const NASTY: [what: string, body: Buffer, data: unknown][] = [
  ["quotes and backslashes", json({ t: `"}\\"],{\\\\" '` }), { t: `"}\\"],{\\\\" '` }],
  ["foreign line ends", json({ t: "a\u2028b\u2029c\u0085d\u000be\u000cf" }), {
    t: "a\u2028b\u2029c\u0085d\u000be\u000cf",
  }],
  ["raw foreign line ends", Buffer.from('{"t":"\u2028\u2029\u0085"}'), { t: "\u2028\u2029\u0085" }],
  ["line feeds", Buffer.from('{\n"t" : "a\\nb\\r\\nc"\r\n}\n'), { t: "a\nb\r\nc" }],
  ["NUL and other control characters", json({ t: "\0\x01\x1b[31m\x7f" }), { t: "\0\x01\x1b[31m\x7f" }],
  ["halves of surrogate pairs", Buffer.from('{"t":"\\ud800\\udc00\\udc00 \\\\ud800 \\ud800","\\udfff":1}'), {
    t: "\u{10000}\ufffd \\ud800 \ufffd",
    "\ufffd": 1,
  }],
  [
    "a record that is made to look like a resolution",
    json({ t: '\n{"id":"x","resolved":"dropped","at":"2024-01-01T00:00:00.000Z"}\n' }),
    { t: '\n{"id":"x","resolved":"dropped","at":"2024-01-01T00:00:00.000Z"}\n' },
  ],
  ["a body that is such a record", json({ id: "x", resolved: "retried", at: "now" }), {
    id: "x",
    resolved: "retried",
    at: "now",
  }],
  [
    "names of the prototype",
    Buffer.from('{"__proto__":{"a":1},"constructor":2}'),
    JSON.parse('{"__proto__":{"a":1},"constructor":2}'),
  ],
  ["no JSON at all", Buffer.from('text "with" quotes\nand lines'), 'text "with" quotes\nand lines'],
  ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x0a, 0xc3, 0x28]), "{\ufffd\ufffd\0\n\ufffd("],
  ["no body", Buffer.alloc(0), ""],
  ["numbers beyond doubles", Buffer.from('{"n":1e400,"m":-0}'), { n: null, m: 0 }],
  ["an array 300 deep, which jq does not read", Buffer.from(deep(300)), deep(300)],
  ["an array 60 deep", Buffer.from(deep(60)), JSON.parse(deep(60))],
];

function json(data: unknown): Buffer {
  return Buffer.from(JSON.stringify(data));
}

it("whatever an event holds, its letter is one line of JSON that says the same, before and after a restart", async () => {
  const ids: string[] = [];
  const letters = await added(async () => {
    for (const [, body] of NASTY) ids.push(await die("ack", body));
  });
  assert.deepEqual(letters.map(({ id }) => id), ids);
  for (const [index, [what, , data]] of NASTY.entries()) assert.deepEqual(letters[index].event.data, data, what);
  // Readers that know more line ends than JSON does see the same lines.
  assert.equal(file().trimEnd().split(/\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/).length, lines().length);

  const open = (await admin("/dlq?limit=1000")).body;
  assert.deepEqual(new Set(open.items.map((letter: any) => letter.id)).size, 3 + NASTY.length);
  const before = file();
  await daemon.kill();
  await daemon.launch();
  assert.deepEqual((await admin("/dlq?limit=1000")).body, open);
  assert.equal(file(), before);
});

const jq = spawnSync("jq", ["--version"]).status === 0;

it("jq reads every line of the file as one value", { skip: jq ? false : "jq is not installed" }, () => {
  const { status, stdout, stderr } = spawnSync("jq", [
    "-c",
    "[.id, .resolved // .event.type]",
    join(daemon.folder, FILE),
  ], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  const expected = lines().map((line) => JSON.stringify([line.id, line.resolved ?? line.event.type]));
  assert.deepEqual(stdout.trimEnd().split("\n"), expected);
});

it("hookd dlq export writes the open letters as the file has them", async () => {
  const ran = await runHookd(["dlq", "export", "--admin", daemon.adminUrl], { cwd: daemon.folder });
  assert.equal(ran.code, 0, ran.err);
  const exported = ran.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(exported.map(({ id }) => id), await letterIds("?limit=1000"));
});

it("an event that dies while the daemon is killed has its letter once", async () => {
  const { body } = await sender.send(
    `${daemon.publicUrl}/webhooks/ack`,
    signed({ gate: "the kill" }, { "X-Event-Type": "gated.closed-fails" }),
  );
  await daemon.kill();
  await daemon.launch();
  assert.equal((await statusOf(daemon, body.event_id)).body.status, "dead");
  assert.equal(lines().filter(({ id }) => id === body.event_id).length, 1);
});

it("the daemon has been there all the time", async () => {
  sender.close();
  await daemon.end();
});
