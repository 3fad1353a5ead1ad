import { verify } from "@octokit/webhooks-methods";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { Agent } from "undici";
import { presetOf } from "../../src/presets/registry.ts";
import { createSender } from "../../src/sender/sender.ts";

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A receiver that keeps what it got and answers as told. */
async function aReceiver(t: TestContext, answer: (response: ServerResponse) => void) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const { method, url, headers } = request;
    received.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  return { received, url: `http://127.0.0.1:${port}/webhooks/github` };
}

const json = (status: number, body: unknown) => (response: ServerResponse) =>
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));

test("send posts an event that the provider's library verifies, and hands back the parsed answer", async (t) => {
  const { url, received } = await aReceiver(t, json(202, { status: "acknowledged" }));
  const sender = createSender({ url, secret: "It's a Secret", preset: "github" });
  const answer = await sender.send({ type: "push", data: { ref: "refs/heads/main" }, key: "delivery-1" });
  await sender.close();

  assert.equal(answer.status, 202);
  assert.deepEqual(answer.body, { status: "acknowledged" });
  assert.ok(answer.latencyMs > 0);
  const [request] = received;
  assert.ok(request);
  assert.equal(request.method, "POST");
  assert.equal(request.url, "/webhooks/github");
  assert.equal(request.headers["x-github-event"], "push");
  assert.equal(request.headers["x-github-delivery"], "delivery-1");
  assert.equal(request.headers["content-length"], String(request.body.length));
  assert.equal(await verify("It's a Secret", request.body, String(request.headers["x-hub-signature-256"])), true);
});

test("an answer that is no JSON comes back as text, whatever its status", async (t) => {
  const { url } = await aReceiver(t, (response) => response.writeHead(500, { "content-type": "text/plain" }).end("no"));
  const sender = createSender({ url, secret: "s" });
  const { status, body } = await sender.send({ type: "a", data: {} });
  await sender.close();
  assert.deepEqual({ status, body }, { status: 500, body: "no" });
});

test("two events without a key get different keys", () => {
  const sender = createSender({ url: "http://127.0.0.1:1/", secret: "s" });
  const [one, two] = [sender.prepare({ type: "a", data: {} }), sender.prepare({ type: "a", data: {} })];
  assert.equal(one.headers["x-idempotency-key"], one.id);
  assert.notEqual(one.id, two.id);
});

test("query references are added to those that the URL has", () => {
  const sender = createSender({ url: "http://127.0.0.1:1/in?a=1", secret: "s", source: { type: "query:kind" } });
  assert.equal(sender.prepare({ type: "x y", data: {} }).url, "http://127.0.0.1:1/in?a=1&kind=x+y");
});

test("an unsigned request differs in its signature alone", () => {
  const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
  const sender = createSender({ url: "http://127.0.0.1:1/", secret, preset: "standard" });
  const signed = sender.prepare({ type: "a", data: {}, key: "msg_1" });
  const { "webhook-signature": signature, ...others } = signed.headers;
  assert.ok(signature?.startsWith("v1,"));
  assert.deepEqual(sender.unsign(signed).headers, others);
  assert.equal(others["webhook-id"], "msg_1");
});

test("a caller's headers win over all that hookd sets, a signature to be refused among them", () => {
  const sender = createSender({ url: "http://127.0.0.1:1/", secret: "s" });
  const headers = { "X-Event-Type": "b", "X-Webhook-Signature": "sha256=no", "X-Retry-Count": "2" };
  const request = sender.prepare({ type: "a", data: {}, key: "k", headers });
  assert.deepEqual(request.headers, {
    "content-type": "application/json",
    "user-agent": "hookd-sender",
    "x-event-type": "b",
    "x-idempotency-key": "k",
    "x-webhook-signature": "sha256=no",
    "x-retry-count": "2",
  });
});

test("a sender of lists sends a list of one, and leaves the event's bytes as they are", () => {
  const data = new TextEncoder().encode('{ "n": 12345678901234567890, "subscriptionType":"contact.creation"}');
  const of = (preset: string, source = {}) => {
    const sender = createSender({ url: "http://127.0.0.1:1/", secret: "ab", preset, source });
    return new TextDecoder().decode(sender.prepare({ type: "contact.creation", data }).body);
  };
  assert.equal(of("hubspot-v3"), '[{ "n": 12345678901234567890, "subscriptionType":"contact.creation"}]');
  assert.equal(
    of("hubspot-v3", { each: "json:/a/b" }),
    '{"a":{"b":[{ "n": 12345678901234567890, "subscriptionType":"contact.creation"}]}}',
  );
});

test("a preset may be the operator's own, and sign what only its source knows", () => {
  const preset = { ...presetOf("hookd")!, content: "{param:shop}.{url}.{body}" };
  const source = { params: { shop: "s1" } };
  const sender = createSender({
    url: "http://127.0.0.1:1/in",
    secret: "s",
    preset,
    publicUrl: "https://h.example",
    source,
  });
  const mac = createHmac("sha256", "s").update('s1.https://h.example/in.{"n":1}').digest("hex");
  assert.equal(sender.prepare({ type: "a", data: { n: 1 } }).headers["x-webhook-signature"], `sha256=${mac}`);
});

test("a time to sign at is what is signed", () => {
  const sender = createSender({ url: "http://127.0.0.1:1/", secret: "whsec_abc", preset: "stripe" });
  const { headers } = sender.prepare({ type: "a", data: {} }, { at: 1_700_000_000_999 });
  assert.match(headers["stripe-signature"] ?? "", /^t=1700000000,v1=[0-9a-f]{64}$/);
});

test("a refused connection is ERR_SEND_FAILED with the URL and the cause", async (t) => {
  const { url } = await aReceiver(t, () => {});
  const closed = new URL(url);
  closed.port = "1";
  const sender = createSender({ url: closed.href, secret: "s" });
  await assert.rejects(sender.send({ type: "a", data: {} }), {
    code: "ERR_SEND_FAILED",
    message: /^Sent POST http:\/\/127\.0\.0\.1:1\/webhooks\/github and got no answer: .*ECONNREFUSED/,
  });
  await sender.close();
});

test("an abort ends the wait for an answer", async (t) => {
  let arrive: (response: ServerResponse) => void = () => {};
  const arrived = new Promise<ServerResponse>((resolve) => arrive = resolve);
  const { url } = await aReceiver(t, (response) => arrive(response));
  const sender = createSender({ url, secret: "s" });
  const abort = new AbortController();
  const sent = sender.send({ type: "a", data: {} }, { signal: abort.signal });
  const response = await arrived;
  abort.abort(new Error("enough"));
  await assert.rejects(sent, { code: "ERR_SEND_FAILED", message: /got no answer: enough$/ });
  response.end();
  await sender.close();
});

test("an agent of the caller's own is used and left open", async (t) => {
  const { url, received } = await aReceiver(t, json(200, {}));
  const agent = new Agent();
  const sender = createSender({ url, secret: "s", agent });
  await sender.send({ type: "a", data: {} });
  await sender.close();
  await sender.send({ type: "b", data: {} });
  await agent.close();
  assert.deepEqual(received.map(({ headers }) => headers["x-event-type"]), ["a", "b"]);
});

for (const url of ["", "localhost:8080", "ftp://host/", "/webhooks/events"]) {
  test(`the URL "${url}" is wrong usage`, () => {
    assert.throws(() => createSender({ url, secret: "s" }), { code: "ERR_USAGE" });
  });
}
