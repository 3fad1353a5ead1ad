import { verify } from "@octokit/webhooks-methods";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { HookdError } from "../../src/errors.ts";
import {
  SENDER_PRESETS,
  senderPreset,
  signatureHeaders,
  signHeaders,
  signsTime,
} from "../../src/sender/sender-presets.ts";

// Spaces, a long number and non-ASCII text: what a signer that re-serialises the body would get wrong.
const text = '{ "amount": 12345678901234567890, "name": "Zoë" , "type":"invoice.paid"}';
const body = Buffer.from(text);
const now = Math.floor(Date.now() / 1000);

test("hookd's signature is the hex HMAC-SHA256 of the raw body", () => {
  const headers = signHeaders(senderPreset("hookd"), { body, secret: "a shared secret", id: "1", time: now });
  const expected = createHmac("sha256", "a shared secret").update(body).digest("hex");
  assert.deepEqual(headers, { "x-webhook-signature": `sha256=${expected}` });
});

test("GitHub's own library verifies a github signature, and not one of other bytes", async () => {
  const headers = signHeaders(senderPreset("github"), { body, secret: "It's a Secret", id: "1", time: now });
  const signature = headers["x-hub-signature-256"] ?? "";
  assert.equal(await verify("It's a Secret", text, signature), true);
  assert.equal(await verify("It's a Secret", `${text} `, signature), false);
});

test("Stripe's own library verifies a stripe signature, keyed with the whole whsec_ text", async () => {
  const headers = signHeaders(senderPreset("stripe"), { body, secret: "whsec_abc", id: "1", time: now });
  const signature = headers["stripe-signature"] ?? "";
  const { webhooks } = new Stripe("sk_test_unused");
  assert.equal((await webhooks.constructEventAsync(text, signature, "whsec_abc")).type, "invoice.paid");
  await assert.rejects(webhooks.constructEventAsync(`${text} `, signature, "whsec_abc"));
});

test("the Standard Webhooks library verifies a standard signature, keyed with the decoded secret", () => {
  const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
  const headers = signHeaders(senderPreset("standard"), { body, secret, id: "msg_1", time: now });
  const webhook = new Webhook(secret);
  assert.equal((webhook.verify(text, headers) as { name: string }).name, "Zoë");
  assert.throws(() => webhook.verify(text, { ...headers, "webhook-id": "msg_2" }));
});

test("a stale time is signed as it is, so that the receiver can refuse it", async () => {
  const headers = signHeaders(senderPreset("stripe"), { body, secret: "whsec_abc", id: "1", time: now - 3600 });
  const { webhooks } = new Stripe("sk_test_unused");
  await assert.rejects(
    webhooks.constructEventAsync(text, headers["stripe-signature"] ?? "", "whsec_abc"),
    /outside the tolerance/,
  );
});

test("only presets that sign a time say so", () => {
  const names = Object.keys(SENDER_PRESETS).filter((name) => signsTime(senderPreset(name)));
  assert.deepEqual(names, ["stripe", "standard"]);
});

test("every preset names the headers that carry its signature", () => {
  const named = Object.values(SENDER_PRESETS).map((preset) => signatureHeaders(preset));
  assert.deepEqual(named, [["x-webhook-signature"], ["x-hub-signature-256"], ["stripe-signature"], [
    "webhook-signature",
  ]]);
});

for (
  const [what, act] of [
    ["an empty secret", () => signHeaders(senderPreset("hookd"), { body, secret: "", id: "1", time: now })],
    [
      "a standard secret that is no Base64",
      () => signHeaders(senderPreset("standard"), { body, secret: "whsec_not base64!", id: "1", time: now }),
    ],
    [
      "a standard secret that is empty after its prefix",
      () => signHeaders(senderPreset("standard"), { body, secret: "whsec_", id: "1", time: now }),
    ],
    ["an unknown preset", () => senderPreset("paypal")],
    ["a preset named like a property of all objects", () => senderPreset("constructor")],
  ] as const
) {
  test(`${what} is wrong usage, and the secret is not in the message`, () => {
    assert.throws(act, (error: unknown) => {
      assert.ok(error instanceof HookdError);
      assert.equal(error.code, "ERR_USAGE");
      assert.doesNotMatch(error.message, /not base64!/);
      return true;
    });
  });
}
