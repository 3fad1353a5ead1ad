import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { explainSigned } from "../../../../src/accept/signature/explain/signed.ts";
import { aCase, type Asked, BODY, hmac, NOW, SECRET, stripe } from "./a-capture.ts";

async function signed(asked: Asked): Promise<string[]> {
  return explainSigned(await aCase(asked)).map(({ text }) => text);
}

function print(content: string): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 12);
}

test("it says what was signed, how long each part is, and a fingerprint", async () => {
  assert.deepEqual(await signed({ body: "ü" }), [`{body}, 2 bytes; their SHA-256 begins with ${print("ü")}.`]);
  assert.deepEqual(await signed(stripe(BODY)), [
    `{kv:t}.{body}, 56 bytes (kv:t 10, body 45); their SHA-256 begins with ${print(`${NOW}.${BODY}`)}.`,
  ]);
});

test("each spelling of the URL has a line of its own", async () => {
  const headers = {
    "X-HubSpot-Signature-v3": hmac(SECRET, "x", { encoding: "base64" }),
    "X-HubSpot-Request-Timestamp": String(NOW * 1000),
  };
  const lines = await signed({ preset: "hubspot-v3", url: "https://a.example/a%2Fb", body: "", headers });
  assert.equal(lines.length, 2);
  assert.match(lines[0]!, /^\{method\}\{url\}.*, 40 bytes/);
  assert.match(lines[1]!, /^Or, with the URL spelled otherwise: .*, 38 bytes/);
});

test("a token signs nothing, and what cannot be put together has no fingerprint", async () => {
  assert.match((await signed({ preset: "gitlab-token", headers: { "X-Gitlab-Token": "a" } }))[0]!, /^Nothing: /);
  assert.deepEqual(await signed({ preset: "stripe", headers: {} }), []);
  assert.deepEqual(await signed({ preset: "standard", headers: { "webhook-signature": "v1,AAAA" } }), []);
});
