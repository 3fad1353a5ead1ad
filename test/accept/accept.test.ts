import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { createRequire } from "node:module";
import { after, afterEach, before, describe, it } from "node:test";
import { sign as signGithub } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { anAcceptConfig, anAcceptSource, SECRET } from "./a-route.ts";
import { connectRaw, openRig, type Posting, type Reply, type Rig, send, sendEvent, signed, turnUntil } from "./rig.ts";

function head(headers: Record<string, string | string[]>, path = "/webhooks/events"): string {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}\r\n`)
  );
  return `POST ${path} HTTP/1.1\r\nHost: x\r\n${lines.join("")}`;
}

describe("an accepted event", () => {
  let rig: Rig;
  before(async () => {
    rig = await openRig({ sources: [anAcceptSource({ order: "json:/user_id" })] });
  });
  after(() => rig.close());

  it("is stored byte for byte with all that was said of it", async () => {
    const body = Buffer.from('{"user_id":7, "n":12345678901234567890,"text":"\\u00e9é"}');
    const { status } = await sendEvent(rig.port, {
      body: body as never,
      headers: { "Idempotency-Key": "k-1", "X-Extra": ["a", "b"] },
    });
    assert.equal(status, 202);
    const { headers, body: stored, ...event } = rig.store.asked.at(-1)!;
    assert(body.equals(stored));
    assert.deepEqual(event, {
      source: "events",
      type: "order.placed",
      key: "k-1",
      orderingKey: "7",
      receivedAt: rig.clock.now(),
      sourceIp: "127.0.0.1",
      firstAttempt: undefined,
      windowMs: 86_400_000,
    });
    assert.deepEqual(headers.filter((_, at) => headers[at - 1] === "X-Extra" && at % 2 === 1), ["a", "b"]);
  });

  it("is told of in order: matched, received, accepted, acked", async () => {
    rig.signals.length = 0;
    await sendEvent(rig.port, { body: '{"user_id":8}' });
    await turnUntil(() => rig.of("acked").length === 1);
    assert.deepEqual(rig.signals.map(({ kind }) => kind), ["secret-matched", "received", "accepted", "acked"]);
    assert.deepEqual(rig.of("received"), [{ kind: "received", source: "events", type: "order.placed" }]);
    const { seconds, source } = rig.of("acked")[0]!;
    assert(source === "events" && seconds > 0 && seconds < 60);
  });

  it("may be sent to the path as an absolute URL, with a query", async () => {
    const body = '{"user_id":9}';
    const raw = connectRaw(
      rig.port,
      `POST http://hooks.example.com/webhooks/events?x=/a HTTP/1.1\r\nHost: x\r\n${
        head(signed(body)).split("\r\n").slice(2).join("\r\n")
      }Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.match(await raw.until(/\}$/), /^HTTP\/1\.1 202 /);
    raw.socket.destroy();
  });

  it("may come in chunks", async () => {
    const raw = connectRaw(
      rig.port,
      `${head({ ...signed("{}"), "Transfer-Encoding": "chunked" })}\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`,
    );
    assert.match(await raw.until(/\}$/), /^HTTP\/1\.1 202 /);
    raw.socket.destroy();
  });

  it("may wait to be asked for its body", async () => {
    const raw = connectRaw(
      rig.port,
      `${head({ ...signed('{"e":1}'), Expect: "100-continue", "Content-Length": "7" })}\r\n`,
    );
    await raw.until(/100 Continue\r\n\r\n$/);
    raw.socket.write('{"e":1}');
    assert.match(await raw.until(/\}$/), /HTTP\/1\.1 202 /);
    raw.socket.destroy();
  });
});

describe("the ack rule", () => {
  it("no byte of an answer leaves before the event is stored", async (t) => {
    const rig = await openRig();
    t.after(rig.close);
    let open = () => {};
    rig.store.gate = new Promise((resolve) => (open = resolve));
    const asked = rig.store.askedAgain();
    const raw = connectRaw(rig.port, `${head({ ...signed("{}"), "Content-Length": "2" })}\r\n{}`);
    let bytes = 0;
    raw.socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
    await asked;
    // Another request is answered meanwhile: what was to be written had its turn.
    assert.equal((await send(rig.port, { path: "/nowhere" })).status, 404);
    assert.equal(bytes, 0);
    assert.equal(rig.of("acked").length, 0);
    open();
    assert.match(await raw.until(/\}$/), /^HTTP\/1\.1 202 /);
    raw.socket.destroy();
  });

  it("a store that fails is a 503, and the key is free", async (t) => {
    const rig = await openRig();
    t.after(rig.close);
    const again = { body: "{}", headers: { "Idempotency-Key": "k" } };
    rig.store.broken = "store";
    const failed = await sendEvent(rig.port, again);
    assert.deepEqual([failed.status, failed.json.code], [503, "store_failed"]);
    assert(Number(failed.headers["retry-after"]) > 0);
    assert(!failed.text.includes("seg"));
    assert.deepEqual([rig.of("acked").length, rig.reasons()], [0, ["store_failed"]]);
    rig.store.broken = "no";
    assert.equal((await sendEvent(rig.port, again)).json.duplicate, undefined);
  });
});

it("a thousand concurrent copies are one event", async (t) => {
  const rig = await openRig({ sources: [anAcceptSource({ mode: "sync" })] });
  t.after(rig.close);
  const agent = new Agent({ keepAlive: true, maxSockets: 200 });
  const body = '{"copies":1000}';
  const copy = () =>
    new Promise<any>((resolve, reject) => {
      const request = httpRequest({
        port: rig.port,
        host: "127.0.0.1",
        path: "/webhooks/events",
        method: "POST",
        agent,
        headers: signed(body),
      }, (response) => {
        let text = "";
        response.on("data", (chunk) => (text += String(chunk))).on("end", () => resolve(JSON.parse(text)));
      });
      request.on("error", reject).end(body);
    });
  const accepted = rig.next("accepted");
  const copies = Array.from({ length: 1000 }, copy);
  await accepted;
  await rig.settle({ kind: "complete", result: "42" });
  const answers = await Promise.all(copies);
  assert.equal(rig.store.stored.length, 1);
  assert.equal(new Set(answers.map(({ event_id }) => event_id)).size, 1);
  assert(answers.every(({ result }) => result === 42));
  assert.equal(answers.filter(({ status, duplicate }) => status === "processed" && duplicate === undefined).length, 1);
  assert.deepEqual([rig.of("accepted").length, rig.of("duplicate").length], [1, 999]);
  agent.destroy();
});

describe("a known key with another body", () => {
  const key = { headers: { "Idempotency-Key": "k" } };
  for (const settledFirst of [false, true]) {
    it(`is refused where the source says so, ${settledFirst ? "settled" : "waiting"}`, async (t) => {
      const rig = await openRig();
      t.after(rig.close);
      await sendEvent(rig.port, { ...key, body: '{"a":1}' });
      if (settledFirst) await rig.settle({ kind: "complete", result: "1" });
      const { status, json } = await sendEvent(rig.port, { ...key, body: '{"a":2}' });
      assert.deepEqual([status, json.code], [422, "idempotency_key_reused"]);
      assert.deepEqual([rig.reasons(), rig.of("duplicate").length], [["idempotency_key_reused"], 0]);
    });
  }

  it("is a duplicate where the source says so, and counted as changed", async (t) => {
    const rig = await openRig({ sources: [anAcceptSource({ changedBody: "duplicate" })] });
    t.after(rig.close);
    await sendEvent(rig.port, { ...key, body: '{"a":1}' });
    const { status, json } = await sendEvent(rig.port, { ...key, body: '{"a":2}' });
    assert.deepEqual([status, json.duplicate], [202, true]);
    assert.deepEqual(rig.of("duplicate").map(({ changedBody }) => changedBody), [true]);
    await sendEvent(rig.port, { ...key, body: '{"a":1}' });
    assert.deepEqual(rig.of("duplicate").map(({ changedBody }) => changedBody), [true, false]);
  });
});

describe("real senders", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const handlers = { push: undefined, "invoice.paid": undefined };
  const sources = ["github", "stripe", "standard"].map((preset) =>
    anAcceptSource({ name: preset, path: `/webhooks/${preset}`, preset, secrets: [secret] })
  );
  let rig: Rig;
  before(async () => {
    rig = await openRig({ sources, handlers });
    rig.clock.now = () => Date.now();
  });
  after(() => rig.close());

  it("GitHub: a real push is stored byte for byte, under its delivery id", async () => {
    const examples = createRequire(import.meta.url)("@octokit/webhooks-examples") as { default?: unknown };
    const events = (examples.default ?? examples) as { name: string; examples: unknown[] }[];
    const body = JSON.stringify(events.find(({ name }) => name === "push")!.examples[0], null, 2);
    const { status } = await send(rig.port, {
      path: "/webhooks/github",
      body,
      headers: {
        "X-Hub-Signature-256": await signGithub(secret, body),
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "Content-Type": "application/json",
      },
    });
    assert.equal(status, 202);
    const event = rig.store.asked.at(-1)!;
    assert.deepEqual([event.type, event.key], ["push", "72d3162e-cc78-11e3-81ab-4c9367dc0958"]);
    assert.equal(Buffer.from(event.body).toString(), body);
  });

  it("Stripe: type and key are in the body, and a repeat with another body is a duplicate", async () => {
    const post = async (body: string) => {
      const header = await new Stripe("sk_test_x").webhooks.generateTestHeaderStringAsync({ payload: body, secret });
      return send(rig.port, { path: "/webhooks/stripe", body, headers: { "Stripe-Signature": header } });
    };
    assert.equal((await post('{"id":"evt_1","type":"invoice.paid","pending_webhooks":2}')).status, 202);
    const event = rig.store.asked.at(-1)!;
    assert.deepEqual([event.type, event.key, event.windowMs], ["invoice.paid", "evt_1", 72 * 3_600_000]);
    assert.equal((await post('{"id":"evt_1","type":"invoice.paid","pending_webhooks":1}')).json.duplicate, true);
  });

  it("Standard Webhooks: the key is its signed id", async () => {
    const body = '{"type":"invoice.paid","data":{}}';
    const now = new Date();
    const { status } = await send(rig.port, {
      path: "/webhooks/standard",
      body,
      headers: {
        "webhook-id": "msg_1",
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign("msg_1", now, body),
      },
    });
    assert.equal(status, 202);
    assert.deepEqual([rig.store.asked.at(-1)!.type, rig.store.asked.at(-1)!.key], ["invoice.paid", "msg_1"]);
  });
});

describe("a refusal", () => {
  const order = { type: "object", properties: { total: { type: "number" } }, required: ["total"] };
  const sources = [
    anAcceptSource(),
    anAcceptSource({ name: "json", path: "/json", type: "json:/event_type", data: "json:/data", key: "json:/id" }),
    anAcceptSource({ name: "ignoring", path: "/ignoring", unknown: "ignore" }),
    anAcceptSource({ name: "counting", path: "/counting", mode: "sender-retry" }),
  ];
  let rig: Rig;
  before(async () => {
    rig = await openRig({ sources, handlers: { "order.placed": undefined, checked: order } });
  });
  after(() => rig.close());
  afterEach(() => {
    rig.state.draining = false;
    rig.store.pretend = {};
    rig.store.broken = "no";
    rig.signals.length = 0;
  });

  const event = (
    body: string | Buffer,
    headers: Record<string, string | string[]> = {},
    path = "/webhooks/events",
  ): Posting => (
    { path, body, headers: signed(body, headers) }
  );
  const mac = (body: string, key = SECRET) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;

  const cases: [what: string, posting: Posting, status: number, code: string, source: string, reason: string][] = [
    ["an unknown path", { path: "/nowhere" }, 404, "not_found", "unmatched", "not_found"],
    ["a path with a slash too many", { path: "/webhooks/events/" }, 404, "not_found", "unmatched", "not_found"],
    ["an encoded path", { path: "/webhooks/%65vents" }, 404, "not_found", "unmatched", "not_found"],
    ["GET on a source", { method: "GET" }, 405, "method_not_allowed", "events", "method_not_allowed"],
    ["PUT on a source", { method: "PUT" }, 405, "method_not_allowed", "events", "method_not_allowed"],
    ["OPTIONS on a source", { method: "OPTIONS" }, 405, "method_not_allowed", "events", "method_not_allowed"],
    [
      "a compressed body",
      event("{}", { "Content-Encoding": "gzip" }),
      415,
      "unsupported_encoding",
      "events",
      "unsupported_encoding",
    ],
    ["a body that is too long", event("x".repeat(70_000)), 413, "body_too_large", "events", "body_too_large"],
    ["no signature", { body: "{}" }, 401, "signature_invalid", "events", "missing_signature"],
    [
      "two signatures",
      event("{}", { "X-Webhook-Signature": [mac("{}"), mac("{}")] }),
      401,
      "signature_invalid",
      "events",
      "duplicate_header",
    ],
    [
      "half a signature",
      event("{}", { "X-Webhook-Signature": mac("{}").slice(0, -2) }),
      401,
      "signature_invalid",
      "events",
      "malformed_signature",
    ],
    [
      "another key's signature",
      event("{}", { "X-Webhook-Signature": mac("{}", "another key of many bytes") }),
      401,
      "signature_invalid",
      "events",
      "signature_mismatch",
    ],
    [
      "a changed body",
      { body: '{"a":2}', headers: signed('{"a":1}') },
      401,
      "signature_invalid",
      "events",
      "signature_mismatch",
    ],
    [
      "no type",
      { body: "{}", headers: { "X-Webhook-Signature": mac("{}") } },
      400,
      "event_type_missing",
      "events",
      "event_type_missing",
    ],
    ["two types", event("{}", { "X-Event-Type": ["a", "b"] }), 400, "repeated_value", "events", "repeated_value"],
    [
      "a type that is too long",
      event("{}", { "X-Event-Type": "t".repeat(201) }),
      400,
      "invalid_value",
      "events",
      "invalid_value",
    ],
    [
      "an unknown type",
      event("{}", { "X-Event-Type": "order.lost" }),
      400,
      "unknown_event_type",
      "events",
      "unknown_event_type",
    ],
    [
      "two keys",
      event("{}", { "Idempotency-Key": "a", "X-Idempotency-Key": "b" }),
      400,
      "conflicting_keys",
      "events",
      "conflicting_keys",
    ],
    ["JSON that is none", event("{", {}, "/json"), 400, "malformed_json", "json", "malformed_json"],
    [
      "JSON that is no UTF-8",
      event(Buffer.from('{"a":"\xff"}', "latin1"), {}, "/json"),
      400,
      "malformed_json",
      "json",
      "invalid_utf8",
    ],
    ["JSON that is too deep", event("[".repeat(65), {}, "/json"), 400, "json_too_deep", "json", "json_too_deep"],
    [
      "data against its handler's schema",
      event('{"event_type":"checked","data":{}}', {}, "/json"),
      400,
      "schema_violation",
      "json",
      "schema_violation",
    ],
    [
      "a count that is none",
      event("{}", { "X-Retry-Count": "x" }, "/counting"),
      400,
      "invalid_retry_count",
      "counting",
      "invalid_retry_count",
    ],
  ];
  for (const [what, posting, status, code, source, reason] of cases) {
    it(`of ${what} is ${status} ${code}, and the operator is told ${reason}`, async () => {
      const before = rig.store.asked.length;
      const reply = await send(rig.port, posting);
      assert.equal(reply.status, status);
      assert.equal(reply.headers["content-type"], "application/problem+json");
      const { title, detail, errors: _, ...rest } = reply.json;
      assert.equal(typeof title, "string");
      assert.deepEqual(rest, { type: "about:blank", status, code, error: detail });
      assert.deepEqual(rig.of("rejected"), [{ kind: "rejected", source, reason, sourceIp: "127.0.0.1" }]);
      assert.equal(rig.store.asked.length, before);
    });
  }

  it("of a method says which it takes", async () => {
    assert.equal((await send(rig.port, { method: "DELETE" })).headers["allow"], "POST");
  });

  it("of a signature is one and the same for every cause", async () => {
    const causes: Posting[] = [
      { body: "{}" },
      { body: "{}", headers: signed("x") },
      event("{}", { "X-Webhook-Signature": "junk" }),
    ];
    const replies: Reply[] = [];
    for (const posting of causes) replies.push(await send(rig.port, posting));
    const seen = replies.map(({ status, text, headers }) =>
      JSON.stringify({ status, text, headers: { ...headers, date: "" } })
    );
    assert.equal(new Set(seen).size, 1);
    assert.equal(rig.of("received").length + rig.of("secret-matched").length, 0);
  });

  it("of an unknown type names it, and of a schema all places", async () => {
    assert.equal(
      (await send(rig.port, event("{}", { "X-Event-Type": "order.lost" }))).json.error,
      "Unknown event type: order.lost",
    );
    const { json } = await send(rig.port, event('{"event_type":"checked","data":{"total":"x"}}', {}, "/json"));
    assert.deepEqual(json.errors, [{ path: "/data/total", message: "must be number" }]);
  });

  it("comes before anything is parsed: unsigned noise is a 401", async () => {
    const { status } = await send(rig.port, {
      path: "/json",
      body: "[".repeat(1000),
      headers: { "X-Webhook-Signature": mac("x") },
    });
    assert.equal(status, 401);
  });

  it("of a known key needs a signature too: who guesses a key learns nothing", async () => {
    await send(rig.port, event('{"known":1}', { "Idempotency-Key": "guess-me" }));
    const { status } = await send(rig.port, {
      body: "{}",
      headers: { "X-Webhook-Signature": mac("x"), "X-Event-Type": "order.placed", "Idempotency-Key": "guess-me" },
    });
    assert.equal(status, 401);
    assert.equal(rig.of("duplicate").length, 0);
  });

  it("an ignored type is a 204 and is not stored", async () => {
    const before = rig.store.asked.length;
    const { status, text } = await send(rig.port, event("{}", { "X-Event-Type": "order.lost" }, "/ignoring"));
    assert.deepEqual([status, text, rig.store.asked.length], [204, "", before]);
    assert.deepEqual([rig.reasons(), rig.of("acked").length], [["ignored_event_type"], 0]);
  });

  const ownFaults: [what: string, cause: () => void, code: string, reason: string][] = [
    ["draining", () => (rig.state.draining = true), "draining", "draining"],
    ["a store that refuses", () => (rig.store.pretend = { accepting: false }), "store_failed", "store_refusing"],
    ["a store that fails", () => (rig.store.broken = "store"), "store_failed", "store_failed"],
  ];
  for (const [what, cause, code, reason] of ownFaults) {
    it(`for ${what} is a 503 with a time to come back, and never a 4xx`, async () => {
      cause();
      const { status, json, headers } = await send(rig.port, event(`{"for":"${what}"}`));
      assert.deepEqual([status, json.code, rig.reasons()], [503, code, [reason]]);
      assert(Number(headers["retry-after"]) > 0);
    });
  }

  it("for a full queue waits a second, and is then a 503 with a time to come back", async () => {
    rig.store.pretend = { depth: 100_000 };
    const sending = send(rig.port, event('{"for":"a full queue"}'));
    await turnUntil(() => rig.clock.next() !== undefined);
    await rig.clock.advance(1000);
    const { status, json, headers } = await sending;
    assert.deepEqual([status, json.code, rig.reasons()], [503, "overloaded", ["overloaded"]]);
    assert(Number(headers["retry-after"]) > 0);
  });

  it("for a full queue is read and stored once there is room", async () => {
    await sendEvent(rig.port);
    rig.store.pretend = { depth: 100_000 };
    const headers = { ...signed('{"room":1}'), Expect: "100-continue", "Content-Length": "10" };
    const raw = connectRaw(rig.port, `${head(headers)}\r\n`);
    await turnUntil(() => rig.clock.next() !== undefined);
    await rig.clock.advance(500);
    rig.store.pretend = {};
    const asked = raw.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    await rig.clock.advance(5);
    await asked;
    raw.socket.write('{"room":1}');
    assert.match(await raw.until(/\}$/), /HTTP\/1\.1 202 /);
    raw.socket.destroy();
  });

  it("of a sender that went while it waited for room is told as one that did not arrive", async () => {
    await sendEvent(rig.port);
    rig.store.pretend = { depth: 100_000 };
    const raw = connectRaw(rig.port, `${head({ ...signed('{"gone":1}'), "Content-Length": "10" })}\r\n{"gone":1}`);
    await turnUntil(() => rig.clock.next() !== undefined);
    raw.socket.destroy();
    await raw.closed;
    await send(rig.port, { path: "/nothing", body: "{}" });
    rig.store.pretend = {};
    const told = rig.next("rejected");
    await rig.clock.advance(5);
    assert.equal((await told).reason, "body_incomplete");
  });

  it("for a queue that filled up while the body was under way comes before it is stored", async () => {
    const before = rig.store.asked.length;
    const headers = { ...signed('{"late":1}'), Expect: "100-continue", "Content-Length": "10" };
    const raw = connectRaw(rig.port, `${head(headers)}\r\n`);
    await raw.until(/100 Continue\r\n\r\n$/);
    rig.store.pretend = { depth: 100_000 };
    raw.socket.write('{"late":1}');
    assert.match(await raw.until(/\}$/), /HTTP\/1\.1 503 .*"code":"overloaded"/s);
    assert.equal(rig.store.asked.length, before);
    raw.socket.destroy();
  });

  it("while draining ends the kept connection, for a status too", async () => {
    const raw = connectRaw(rig.port, `${head({ ...signed('{"kept":1}'), "Content-Length": "10" })}\r\n{"kept":1}`);
    await raw.until(/\}$/);
    rig.state.draining = true;
    raw.socket.write("GET /webhooks/status/x HTTP/1.1\r\nHost: x\r\n\r\n");
    const text = await raw.closed;
    assert.match(text, /HTTP\/1\.1 503 .*connection: close/is);
  });

  it("a bug is a 500 that says nothing of itself, and is told to the operator", async () => {
    rig.store.broken = "bug";
    const { status, json, text } = await send(rig.port, event('{"bug":1}'));
    assert.deepEqual([status, json.code], [500, "internal_error"]);
    assert(!text.includes("secret/path"));
    assert.deepEqual(rig.of("internal-error").map(({ message }) => message), ["x is not a function at /secret/path"]);
  });

  it("of chunks beyond the limit reaches the sender, and nothing is stored", async () => {
    const before = rig.store.asked.length;
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const raw = connectRaw(
      rig.port,
      `${head({ ...signed("x".repeat(0x4000 * 5)), "Transfer-Encoding": "chunked" })}\r\n${chunk.repeat(5)}0\r\n\r\n`,
    );
    assert.match(await raw.closed, /^HTTP\/1\.1 413 .*connection: close.*"code":"body_too_large"/is);
    assert.deepEqual([rig.store.asked.length, rig.reasons()], [before, ["body_too_large"]]);
  });

  it("of a length beyond the limit comes before the body is asked for", async () => {
    const raw = connectRaw(
      rig.port,
      `${head({ ...signed("{}"), Expect: "100-continue", "Content-Length": "1000000" })}\r\n`,
    );
    const text = await raw.until(/\}$/);
    assert.match(text, /^HTTP\/1\.1 413 /);
    raw.socket.destroy();
  });
});

describe("a sender that vanishes", () => {
  it("in the middle of its body leaves nothing behind", async (t) => {
    const rig = await openRig();
    t.after(rig.close);
    const rejected = rig.next("rejected");
    const raw = connectRaw(rig.port, `${head({ ...signed("{}x"), "Content-Length": "3" })}\r\n{}`);
    // Its headers are there: another connection's request was answered after them.
    await send(rig.port, { path: "/nowhere" }).then(() => rejected);
    const incomplete = rig.next("rejected");
    raw.socket.destroy();
    assert.deepEqual({ ...await incomplete, sourceIp: "" }, {
      kind: "rejected",
      source: "events",
      reason: "body_incomplete",
      sourceIp: "",
    });
    assert.deepEqual([rig.store.asked.length, rig.of("internal-error").length], [0, 0]);
  });

  it("after its body has its event stored, and no ack is counted", async (t) => {
    const rig = await openRig();
    t.after(rig.close);
    let open = () => {};
    rig.store.gate = new Promise((resolve) => (open = resolve));
    const asked = rig.store.askedAgain();
    const raw = connectRaw(rig.port, `${head({ ...signed("{}"), "Content-Length": "2" })}\r\n{}`);
    await asked;
    const gone = new Promise((resolve) => raw.socket.once("close", resolve));
    raw.socket.destroy();
    await gone;
    // The listener has seen it too once a later connection was served.
    await send(rig.port, { path: "/nowhere" });
    open();
    await turnUntil(() => rig.of("accepted").length === 1);
    assert.equal(rig.of("internal-error").length, 0);
    rig.store.gate = undefined;
    const { json } = await sendEvent(rig.port, { body: "{}" });
    assert.equal(json.duplicate, true);
    assert.equal(rig.of("acked").length, 0);
  });
});

it("the limits are read anew for each request", async (t) => {
  const rig = await openRig();
  t.after(rig.close);
  assert.equal((await sendEvent(rig.port, { body: '{"a":"12345678"}' })).status, 202);
  rig.state.config = anAcceptConfig({ limits: { ...rig.state.config.limits, bodyBytesMax: 8 } });
  assert.equal((await sendEvent(rig.port, { body: '{"a":"12345678"}' })).status, 413);
});
