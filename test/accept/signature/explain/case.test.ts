import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { caseOf, isRight, narrowed, signedOf } from "../../../../src/accept/signature/explain/case.ts";
import { aCapture, aCase, BODY, hmac, NOW, SECRET, stripe } from "./a-capture.ts";

test("a signature is right whatever its age, and however long ago its key stopped to count", async () => {
  assert.ok(await isRight(aCapture({ ...stripe(BODY, { at: NOW - 9000 }), notAfter: [1] })));
  assert.ok(await isRight(aCapture({ ...stripe(BODY, { at: NOW + 9000 }) })));
  assert.ok(!await isRight(aCapture(stripe(BODY, { signed: "other" }))));
});

test("a request with elements is narrowed to the first that does not verify", async () => {
  const items = [aNotification("10"), aNotification("20"), {
    ...aNotification("30"),
    amount: { value: "31", currency: "EUR" },
  }];
  const body = JSON.stringify({ notificationItems: items.map((item) => ({ NotificationRequestItem: item })) });
  const asked = { preset: "adyen", body, secrets: [HEX_KEY], headers: {} };
  assert.equal((await aCase(asked)).element, 2);
  const empty = caseOf(aCapture({ ...asked, body: '{"notificationItems":[]}' }));
  assert.equal(await narrowed(empty), undefined);
});

test("a scheme that is code is not narrowed", async () => {
  assert.equal(await narrowed(caseOf(aCapture({ preset: "aws-sns" }))), undefined);
});

test("a request without a signature has nothing that could be taken apart", async () => {
  assert.equal(signedOf(await aCase({ headers: {} })), undefined);
  assert.deepEqual(signedOf(await aCase({ headers: { "X-Webhook-Signature": "sha256=ab" } }))?.items, [
    { label: "sha256", value: "ab" },
  ]);
});

const HEX_KEY = Buffer.from(SECRET).toString("hex");

/** Adyen signs eight fields of each item. */
function aNotification(value: string) {
  const item = {
    pspReference: "p",
    merchantAccountCode: "m",
    merchantReference: "r",
    amount: { value, currency: "EUR" },
    eventCode: "AUTHORISATION",
    success: "true",
  };
  const content = ["p", "", "m", "r", value, "EUR", "AUTHORISATION", "true"].join(":");
  return { ...item, additionalData: { hmacSignature: hmac(SECRET, content, { encoding: "base64" }) } };
}
