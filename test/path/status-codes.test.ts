/**
 * Every refusal that CONTRACT section 3 names, provoked on the whole daemon over real sockets: status, code, headers and
 * body as the OpenAPI document has them, and the words of its examples. (`store_failed` and `internal_error` need a
 * broken world: test/accept/accept.test.ts provokes them over HTTP, and holds them to the document too.)
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import { after, describe, it } from "node:test";
import { type ProblemCode, PROBLEMS } from "../../src/accept/problem.ts";
import { connectRaw } from "../accept/rig.ts";
import type { DaemonProcess } from "../support/daemon-process.ts";
import { assertDocumented, type Document, Documented } from "../support/documented.ts";
import { openGate, signed, startShipped } from "../support/shipped-daemon.ts";

const SOURCES = {
  slow: { path: "/webhooks/slow", verify: { secrets: ["${env:HOOKD_SECRET}"] }, mode: "ack", rate: "2/h" },
};

const LIMITS = { limits: { body: "2KB", depth: 8, header_timeout: "300ms", request_timeout: "400ms", headers: "8KB" } };

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A whole request as bytes. Without `Content-Length` or chunks among the headers none is added. */
interface Ask {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: Buffer;
}

function bytesOf({ method = "POST", path = "/webhooks/events", headers = {}, body = Buffer.alloc(0) }: Ask): string {
  const lines = Object.entries({ Host: "localhost", Connection: "close", ...headers }).map(([n, v]) =>
    `${n}: ${v}\r\n`
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body.toString("latin1")}`;
}

/** Bytes that are answered and end the connection. */
async function talk(daemon: DaemonProcess, bytes: string): Promise<Answer> {
  return parse(await connectRaw(Number(new URL(daemon.publicUrl).port), bytes).closed);
}

function parse(raw: string): Answer {
  const end = raw.indexOf("\r\n\r\n");
  const [first = "", ...lines] = raw.slice(0, end).split("\r\n");
  const headers = lines.map((line) => [line.split(":")[0]!.toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]);
  const text = Buffer.from(raw.slice(end + 4), "latin1").toString();
  return { status: Number(first.split(" ")[1]), headers: Object.fromEntries(headers), text };
}

function sized(body: Buffer, headers: Record<string, string> = {}): Pick<Ask, "headers" | "body"> {
  return { body, headers: { ...headers, "Content-Length": String(body.byteLength) } };
}

const good = signed({ event_type: "user.created", timestamp: "2026-01-01T00:00:00Z", data: { user_id: "u" } });
const sign = (data: unknown, headers: Record<string, string> = {}) => {
  const { body, headers: all } = signed(data, headers);
  return sized(body, all);
};
const withType = (data: unknown, headers: Record<string, string> = {}) =>
  sign(data, { "X-Event-Type": "x.y", ...headers });
const text = (content: string) => Buffer.from(content);

const cases: [code: ProblemCode, ask: Ask | string][] = [
  ["bad_request", "rubbish\r\n\r\n"],
  ["malformed_json", sign(text("{"))],
  ["json_too_deep", sign(text("[".repeat(9) + "]".repeat(9)))],
  ["event_type_missing", { path: "/webhooks/ack", ...sign({}) }],
  ["invalid_value", { path: "/webhooks/ack", ...sign({}, { "X-Event-Type": "x".repeat(201) }) }],
  ["repeated_value", { path: "/webhooks/ack", ...sign({}, { "X-Event-Type": "x", "x-event-type": "x" }) }],
  ["conflicting_keys", {
    path: "/webhooks/ack",
    ...withType({}, { "Idempotency-Key": "a", "X-Idempotency-Key": "b" }),
  }],
  ["invalid_retry_count", { path: "/webhooks/receive-with-dlq", ...withType({}, { "X-Retry-Count": "-1" }) }],
  ["unknown_event_type", sign({ event_type: "order.lost", timestamp: "2026-01-01T00:00:00Z", data: {} })],
  ["schema_violation", { path: "/webhooks/orders", ...sign({ action: "placed", order_id: "o", total: "x" }) }],
  ["signature_invalid", sized(good.body)],
  ["not_found", { path: "/webhooks/nothing", ...sized(good.body, good.headers) }],
  ["method_not_allowed", { method: "PUT", ...sized(good.body, good.headers) }],
  ["timeout", "POST /webhooks/events HTTP/1.1\r\nHost: localhost\r\n"],
  ["length_required", { headers: good.headers }],
  ["body_too_large", sized(Buffer.alloc(3000, "x"), good.headers)],
  ["unsupported_encoding", sized(good.body, { ...good.headers, "Content-Encoding": "gzip" })],
  ["headers_too_large", { ...sized(good.body, { ...good.headers, "X-Long": "x".repeat(9000) }) }],
];

const daemon = await startShipped({ sources: SOURCES, config: LIMITS });
const document: Document = (await daemon.admin("/openapi.json")).body;
after(() => daemon.end());

describe("each refusal is answered as it is documented", () => {
  for (const [code, ask] of cases) {
    it(`${PROBLEMS[code][0]} ${code}`, async () => {
      const answer = await talk(daemon, typeof ask === "string" ? ask : bytesOf(ask));
      await documented(daemon, typeof ask === "string" ? {} : ask, answer);
      isProblem(answer, code);
      assert.deepEqual(wordsOf(answer), exampleWords(document, typeof ask === "string" ? {} : ask, code));
    });
  }

  it("422 idempotency_key_reused", async () => {
    const post = (n: number) => ({ path: "/webhooks/ack", ...withType({ n }, { "Idempotency-Key": "the same" }) });
    assert.equal((await talk(daemon, bytesOf(post(1)))).status, 202);
    const answer = await talk(daemon, bytesOf(post(2)));
    await documented(daemon, post(2), answer);
    isProblem(answer, "idempotency_key_reused");
  });

  it("429 rate_limited", async () => {
    const post = (n: number) => ({ path: "/webhooks/slow", ...sign({ n }, { "X-Event-Type": "demo.x" }) });
    for (const n of [1, 2]) assert.equal((await talk(daemon, bytesOf(post(n)))).status, 202);
    const answer = await talk(daemon, bytesOf(post(3)));
    await documented(daemon, post(3), answer);
    isProblem(answer, "rate_limited");
    assert.ok(Number(answer.headers["retry-after"]) > 1000);
  });

  it("404 of an event, 400 of a wait", async () => {
    for (
      const [path, code] of [["/webhooks/status/x", "not_found"], [
        "/webhooks/status/x?wait=soon",
        "invalid_wait",
      ]] as const
    ) {
      const ask = { method: "GET", path };
      const answer = await talk(daemon, bytesOf(ask));
      await documented(daemon, ask, answer);
      isProblem(answer, code);
      if (code === "not_found") assert.equal(JSON.parse(answer.text).error, "Event not found");
    }
  });

  it("500 failed, in mode sync, is no problem but the outcome", async () => {
    const ask = { path: "/webhooks/sync", ...sign({ fail: "no stock" }, { "X-Event-Type": "gated.refuses" }) };
    const answer = await talk(daemon, bytesOf(ask));
    await documented(daemon, ask, answer);
    assert.deepEqual([answer.status, answer.headers["content-type"]], [500, "application/json"]);
    const { status, error, event_id } = JSON.parse(answer.text);
    assert.deepEqual([status, error, typeof event_id], ["failed", "no stock", "string"]);
  });
});

it("503 overloaded when the queue is full, and 503 draining while it stops", async () => {
  const busy = await startShipped({ config: { limits: { queue: 1 } } });
  const post = (n: number) => ({
    path: "/webhooks/ack",
    ...sign({ n, gate: "late" }, { "X-Event-Type": "gated.waits" }),
  });
  assert.equal((await talk(busy, bytesOf(post(1)))).status, 202);
  const full = await talk(busy, bytesOf(post(2)));
  await documented(busy, post(2), full);
  isProblem(full, "overloaded");

  const bytes = bytesOf(post(3));
  const open = connectRaw(Number(new URL(busy.publicUrl).port), bytes.slice(0, 20));
  // Answered on another connection, so that the bytes above have arrived before the busy is told to stop.
  await talk(busy, bytesOf({ method: "GET", path: "/" }));
  busy.signal("SIGTERM", { mayEnd: true });
  await busy.logged(({ action }) => action === "draining");
  open.socket.write(bytes.slice(20), "latin1");
  const draining = parse(await open.closed);
  await documented(busy, post(3), draining);
  isProblem(draining, "draining");
  openGate(busy, "late");
  assert.deepEqual(await busy.ended(), { code: 0, signal: null });
});

async function documented(daemon: DaemonProcess, { method = "POST", path = "/webhooks/events" }: Ask, answer: Answer) {
  await assertDocumented(daemon.publicUrl, { method, path, ...answer });
}

function isProblem({ status, headers, text }: Answer, code: ProblemCode): void {
  assert.equal(headers["content-type"], "application/problem+json");
  const { code: found, detail, error, ...body } = JSON.parse(text);
  assert.deepEqual([status, found, body.status], [PROBLEMS[code][0], code, status], text);
  assert.equal(error, detail);
  assert.ok(typeof detail === "string" && detail.length > 0);
  if (code === "schema_violation") assert.deepEqual(body.errors, [{ path: "/total", message: "must be number" }]);
  assert.equal("retry-after" in headers, status === 429 || status === 503, "Retry-After");
}

/** Numbers and names differ between an example and an answer, words do not. */
function wordsOf({ text }: Answer): string {
  return JSON.parse(text).detail.replaceAll(/\d+/g, "0");
}

function exampleWords(
  document: Document,
  { method = "POST", path = "/webhooks/events" }: Ask,
  code: ProblemCode,
): string {
  const operation = document.paths[path]?.[method.toLowerCase()];
  const responses = operation?.responses ?? document.components.responses;
  const response = operation === undefined ? responses[code] : responses[String(PROBLEMS[code][0])];
  const media = response?.content?.["application/problem+json"] as { examples: Record<string, { value: object }> };
  return wordsOf({ text: JSON.stringify(media.examples[code]?.value) } as Answer);
}

it("an answer that the document does not have is a fault", () => {
  const documented = new Documented(document);
  const seen = { method: "POST", path: "/webhooks/ack", status: 202, headers: { "content-type": "application/json" } };
  const body = { status: "acknowledged", event_id: "019abcde-f012-7345-8678-9abcdef01234" };
  const ack = { ...body, message: "Webhook received, processing asynchronously" };
  const faultOf = (over: object) => documented.fault({ ...seen, text: JSON.stringify(ack), ...over });
  assert.equal(faultOf({}), undefined);
  assert.match(faultOf({ status: 201 }) ?? "", /only 200, 202, 400/);
  assert.match(faultOf({ text: JSON.stringify({ ...ack, more: 1 }) }) ?? "", /additional properties/);
  assert.match(faultOf({ text: JSON.stringify(body) }) ?? "", /message/);
  assert.match(faultOf({ headers: { "content-type": "text/plain" } }) ?? "", /content type/);
  assert.match(faultOf({ path: "/webhooks/with-status", text: "{}" }) ?? "", /lacks the header Location/);
  assert.match(faultOf({ path: "/nowhere" }) ?? "", /no operation/);
});
