/** Each slip is made on purpose by a signer, and has to be found out. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { findCause } from "../../../../src/accept/signature/explain/cause.ts";
import { judge } from "../../../../src/accept/signature/explain/explain.ts";
import { aCapture, aCase, type Asked, BODY, hmac, NOW, SECRET, stripe } from "./a-capture.ts";

async function cause(asked: Asked): Promise<string | undefined> {
  const { verdict } = await judge(aCapture(asked));
  assert(verdict.kind === "unverified");
  return findCause(await aCase(asked), verdict.reason)?.text;
}

function hookd(signature: string): Asked {
  return { headers: { "X-Webhook-Signature": signature } };
}

const STANDARD = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;

function standard(key: string | Uint8Array): Asked {
  const signature = hmac(key, `m.${NOW}.${BODY}`, { encoding: "base64" });
  const headers = { "webhook-id": "m", "webhook-timestamp": String(NOW), "webhook-signature": `v1,${signature}` };
  return { preset: "standard", secrets: [STANDARD], headers };
}

const SQUARE = "https://a.example/in";

for (
  const [what, asked, said] of [
    ["a body with a line feed too many", { body: `${BODY}\n` }, /if the body had no line feed at its end\. Editors/],
    [
      "a body that was parsed and written anew",
      { body: JSON.stringify(JSON.parse(BODY), null, 2) },
      /without white space, as `JSON\.stringify`/,
    ],
    ["a secret with a line feed", hookd(`sha256=${hmac(`${SECRET}\n`, BODY)}`), /if the secret ended in a line feed\./],
    ["a secret in quotation marks", { secrets: [`"${SECRET}"`] }, /if the secret had no quotation marks around it\./],
    ["whsec_ that is text, decoded", {
      ...stripe(BODY, { key: "abcdefghijklmnopqr" }),
      secrets: ["whsec_YWJjZGVmZ2hpamtsbW5vcHFy"],
    }, /if the secret were decoded from Base64, without its prefix\./],
    ["whsec_ that is decoded, as text", standard(STANDARD), /if the secret's text were the key, as it stands\./],
    [
      "Base64 where hex was expected",
      hookd(`sha256=${hmac(SECRET, BODY, { encoding: "base64" })}`),
      /if hookd expected Base64 \(this preset has hex\)\./,
    ],
    [
      "no prefix",
      hookd(hmac(SECRET, BODY)),
      /^The signature would be right if the header X-Webhook-Signature held sha256=<hex>, and nothing else\.$/,
    ],
    [
      "SHA-1 for SHA-256",
      hookd(`sha1=${hmac(SECRET, BODY, { hash: "sha1" })}`),
      /if hookd expected HMAC-SHA1 \(this preset has HMAC-SHA256\)\./,
    ],
    [
      "a plain hash for an HMAC",
      hookd(`sha256=${createHash("sha256").update(SECRET + BODY).digest("hex")}`),
      /if hookd expected the SHA-256 of secret and content/,
    ],
    [
      "a signature that was cut",
      hookd(`sha256=${hmac(SECRET, BODY).slice(0, 32)}`),
      /it were whole: only 32 of its 64 characters/,
    ],
    [
      "another header",
      { headers: { "X-Acme-Signature": hmac(SECRET, BODY) } },
      /if hookd looked for it in the header X-Acme-Signature\./,
    ],
    [
      "the header twice",
      { headers: { "x-webhook-signature": ["sha256=00", `sha256=${hmac(SECRET, BODY)}`] } },
      /X-Webhook-Signature came once\./,
    ],
    ["a time that is signed in milliseconds and sent in seconds", {
      preset: "stripe",
      headers: { "Stripe-Signature": `t=${NOW},v1=${hmac(SECRET, `${NOW}000.${BODY}`)}` },
    }, /if the time were signed in milliseconds\./],
    ["the body alone signed", {
      preset: "stripe",
      headers: { "Stripe-Signature": `t=${NOW},v1=${hmac(SECRET, BODY)}` },
    }, /if the body alone were signed/],
    ["a URL without its slash", {
      preset: "square",
      url: `${SQUARE}/`,
      headers: { "X-Square-HmacSha256-Signature": hmac(SECRET, SQUARE + BODY, { encoding: "base64" }) },
    }, /if the URL had no slash at its end\. Set `public_url`/],
    ["a URL that nobody set", {
      preset: "square",
      target: "/in",
      headers: {
        Host: "a.example",
        "X-Square-HmacSha256-Signature": hmac(SECRET, SQUARE + BODY, { encoding: "base64" }),
      },
    }, /if the URL were https:\/\/ and the host of the header host\./],
    [
      "two slips at once",
      { ...hookd(`sha256=${hmac(`${SECRET}\n`, BODY)}`), body: `${BODY}\n` },
      /if the body had no line feed at its end, and the secret ended in a line feed\./,
    ],
    [
      "a token after Bearer",
      { preset: "gitlab-token", headers: { "X-Gitlab-Token": `Bearer ${SECRET}` } },
      /it had no word such as Bearer before it\./,
    ],
    [
      "a sender that shows the secret",
      { headers: { Authorization: `Bearer ${SECRET}` } },
      /^The secret itself stands in the header Authorization: /,
    ],
    ["another secret", { secrets: ["another-secret-of-this-test"] }, undefined],
    ["another body", { body: "{}" }, undefined],
  ] as [what: string, asked: Asked, said: RegExp | undefined][]
) {
  test(`${said === undefined ? "no slip is made up for" : "it finds out"} ${what}`, async () => {
    const text = await cause(asked);
    if (said === undefined) assert.equal(text, undefined);
    else assert.match(text ?? "", said);
  });
}

test("of several secrets it says which one it was, by number", async () => {
  const asked = { secrets: ["another-secret-of-this-test", SECRET], body: `${BODY}\n` };
  assert.match(await cause(asked) ?? "", /at its end\. It is by secret 1\. /);
});

test("a signature of a public key is found out too", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const secrets = [publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex")];
  const signature = sign(null, Buffer.from(NOW + BODY), privateKey).toString("base64");
  const headers = { "X-Signature-Ed25519": signature, "X-Signature-Timestamp": String(NOW) };
  const asked = { preset: "discord", secrets, headers, body: `${BODY}\n` };
  assert.match(
    await cause(asked) ?? "",
    /no line feed at its end, and hookd expected Base64 \(this preset has hex\)\./,
  );
});

test("of two signatures, the one that takes fewer slips is told", async () => {
  const [far, near] = [`${SECRET}\n`, SECRET].map((key) => hmac(key, `${NOW}.${BODY}`));
  const headers = { "Stripe-Signature": `t=${NOW},v1=${far},v1=${near}` };
  const text = await cause({ preset: "stripe", headers, body: `${BODY}\n` });
  assert.match(text ?? "", /^The signature would be right if the body had no line feed at its end\. /);
});
