import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { caseOf, narrowed } from "../../../../src/accept/signature/explain/case.ts";
import { explainWhy } from "../../../../src/accept/signature/explain/why.ts";
import type { SignatureReason } from "../../../../src/accept/signature/verdict.ts";
import { aCapture, type Asked } from "./a-capture.ts";

async function why(reason: SignatureReason, asked: Asked): Promise<string[]> {
  const of = caseOf(aCapture(asked));
  return explainWhy(of, { reason, narrow: await narrowed(of) }).map(({ text }) => text);
}

for (
  const [reason, asked, said] of [
    ["missing_signature", { headers: {} }, /Looked for: the header X-Webhook-Signature, as sha256=<hex>\.$/],
    [
      "missing_signature",
      { preset: "docusign", headers: {} },
      /the header X-DocuSign-Signature-1, .*and \d+ more, as <Base64>\.$/,
    ],
    [
      "malformed_signature",
      { headers: { "X-Webhook-Signature": "abc" } },
      /Expected: sha256=<hex>\. Found: <3 characters>\.$/,
    ],
    ["duplicate_header", { headers: { "x-webhook-signature": ["a", "b"] } }, /It is the header X-Webhook-Signature\.$/],
    [
      "missing_header",
      { preset: "standard", headers: { "webhook-signature": "v1,a", "webhook-timestamp": "1" } },
      /It is the header webhook-id\.$/,
    ],
    ["missing_field", { preset: "paypal", headers: {} }, /It is the setting webhook_id, .*--param webhook_id=/],
    ["missing_field", { preset: "adyen", body: "{}" }, /there is none at \/notificationItems/],
    [
      "malformed_timestamp",
      { preset: "stripe", headers: { "Stripe-Signature": "t=soon,v1=a" } },
      /Expected: whole Unix seconds\. Found: <4 characters>\.$/,
    ],
    ["missing_url", { preset: "square" }, /--url, or set `public_url`/],
    ["bad_key", {}, /^No secret is a key/],
    ["wrong_topic", { preset: "aws-sns" }, /any account may have signed it/],
  ] as const satisfies [SignatureReason, Asked, RegExp][]
) {
  test(`${reason} is told with what it is about: ${said.source.slice(0, 40)}`, async () => {
    const [first] = await why(reason, asked);
    assert.match(first ?? "", said);
  });
}

test("a body that is not as long as the sender said is a fault of the capture", async () => {
  const headers = { "Content-Length": "44" };
  assert.match((await why("signature_mismatch", { headers }))[1] ?? "", /Content-Length says 44, .* has 45 bytes/);
  assert.equal((await why("signature_mismatch", { headers: { "Content-Length": "45" } })).length, 1);
});

test("a body that lost bytes before it was captured is seen by what stands in their place", async () => {
  assert.match((await why("signature_mismatch", { body: "a\ufffd" }))[1] ?? "", /U\+FFFD/);
});

test("of a body that is too long to try others it says so", async () => {
  const body = Buffer.alloc(9 * 1024 * 1024, "a");
  assert.match((await why("signature_mismatch", { body }))[1] ?? "", /longer than 8 MB/);
});
