import assert from "node:assert/strict";
import { test } from "node:test";
import { createRedact, REDACTED, redactedHeaders } from "../../src/watch/redact.ts";

const hidden = [
  "Authorization",
  "proxy-authorization",
  "Cookie",
  "Set-Cookie",
  "X-Auth",
  "x-auth-key",
  "X-API-Key",
  "apikey",
  "X-Access-Key",
  "X-Gitlab-Token",
  "X-Goog-Channel-Token",
  "x-amz-security-token",
  "X-Webhook-Signature",
  "Stripe-Signature",
  "X-Hub-Signature-256",
  "webhook-signature",
  "X-Shopify-Hmac-Sha256",
  "X-Twilio-Signature",
  "X-Client-Secret",
  "X-Password",
  "X-JWT-Assertion",
  "X-Session-Id",
  "sign",
];
const shown = [
  "Content-Type",
  "Host",
  "User-Agent",
  "X-GitHub-Event",
  "X-GitHub-Delivery",
  "Idempotency-Key",
  "X-Idempotency-Key",
  "X-Event-Key",
  "X-Event-Type",
  "webhook-id",
  "webhook-timestamp",
  "X-Author",
  "X-Design",
  "X-Request-Id",
  "traceparent",
];

test("a header whose name says that it proves who one is, is hidden", () => {
  const redact = createRedact([]);
  assert.deepEqual(hidden.filter((name) => redact(name, "value") !== REDACTED), []);
});

test("a header that only names or describes an event is shown", () => {
  const redact = createRedact([]);
  assert.deepEqual(shown.filter((name) => redact(name, "value") !== "value"), []);
});

const values: [value: string, hidden: boolean][] = [
  ["Bearer abc", true],
  ["basic dXNlcjpwYXNz", true],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", true],
  ["it holds my-configured-secret inside", true],
  ["bearer", false],
  ["basics of webhooks", false],
  ["application/json", false],
  ["it holds abc inside", false],
];

for (const [value, isHidden] of values) {
  test(`under a plain name, "${value}" is ${isHidden ? "hidden" : "shown"}`, () => {
    const redact = createRedact([undefined, "", "abc", "my-configured-secret"]);
    assert.equal(redact("X-Plain", value), isHidden ? REDACTED : value);
  });
}

test("headers keep their order, their spelling and their repetitions", () => {
  const headers = ["X-B", "1", "Cookie", "a=1", "X-A", "2", "x-b", "3", "cookie", "b=2"];
  assert.deepEqual(redactedHeaders(headers, createRedact([])), [
    ["X-B", "1"],
    ["Cookie", REDACTED],
    ["X-A", "2"],
    ["x-b", "3"],
    ["cookie", REDACTED],
  ]);
});
