import assert from "node:assert/strict";
import { test } from "node:test";
import { contentTries, joined, methodVariations } from "../../../../src/accept/signature/explain/contents.ts";
import { aCase, type Asked, hmac, NOW, SECRET, stripe } from "./a-capture.ts";

async function texts(asked: Asked): Promise<string[]> {
  return contentTries(await aCase(asked)).flatMap(({ contents }) => contents.map((each) => joined(each).toString()));
}

test("what hookd takes comes first, then other bodies, other times, and the body alone", async () => {
  const all = await texts(stripe("a\n"));
  assert.equal(all[0], `${NOW}.a\n`);
  for (const expected of [`${NOW}.a`, `${NOW}000.a\n`, "a\n"]) assert.ok(all.includes(expected), expected);
});

test("a time in milliseconds, and one in RFC 3339, are tried in seconds", async () => {
  assert.ok((await texts(stripe("a", { at: NOW * 1000 }))).includes(`${NOW}.a`));
  const headers = {
    "X-Zendesk-Webhook-Signature": hmac(SECRET, "x", { encoding: "base64" }),
    "X-Zendesk-Webhook-Signature-Timestamp": "2023-11-14T22:13:20Z",
  };
  assert.ok((await texts({ preset: "zendesk", body: "a", headers })).includes(`${NOW}a`));
});

test("of a preset that signs the URL, other URLs are tried, each with the body as it is", async () => {
  const headers = { "X-Square-HmacSha256-Signature": hmac(SECRET, "x", { encoding: "base64" }) };
  const all = await texts({ preset: "square", url: "https://a.example/in", body: "B", headers });
  for (const expected of ["https://a.example/inB", "https://a.example/in/B", "http://a.example/inB"]) {
    assert.ok(all.includes(expected), expected);
  }
});

test("where nothing is signed there is one content, of no bytes", async () => {
  const tries = contentTries(await aCase({ preset: "gitlab-token", headers: { "X-Gitlab-Token": "a" } }));
  assert.deepEqual(tries, [{ contents: [[]], clause: "" }]);
});

test("a content that cannot be put together is left out", async () => {
  const all = await texts({ preset: "stripe", body: "a", headers: { "Stripe-Signature": `v1=${hmac(SECRET, "x")}` } });
  assert.deepEqual(all, ["a"]);
});

test("every other method is tried", () => {
  assert.deepEqual(methodVariations("GET").map(({ value }) => value), ["POST", "PUT", "PATCH", "DELETE"]);
});
