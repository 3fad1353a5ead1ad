import assert from "node:assert/strict";
import { test } from "node:test";
import { explainHeaders, explainPresets, signatureHeaders } from "../../../../src/accept/signature/explain/presets.ts";
import { presetOf, PRESETS } from "../../../../src/presets/registry.ts";
import { aCapture, BODY, hmac, SECRET, stripe } from "./a-capture.ts";

test("every preset under which the secrets make the signature right is named, however old it is", async () => {
  const github = { preset: "stripe", headers: { "X-Hub-Signature-256": `sha256=${hmac(SECRET, BODY)}` } };
  const [{ text } = { text: "" }] = await explainPresets(aCapture(github));
  assert.match(text, /verifies as .*`github`/);
  const [{ text: old } = { text: "" }] = await explainPresets(
    aCapture({ ...stripe(BODY), preset: "github", now: 2e9 }),
  );
  assert.equal(old, "With these secrets it verifies as `stripe`.");
  assert.deepEqual(await explainPresets(aCapture()), []);
});

test("headers in which others sign are named with their presets, and headers that look like it", () => {
  const headers = { "Stripe-Signature": "a", "X-Acme-Signature": "b", Host: "c", "X-Webhook-Signature": "d" };
  assert.deepEqual(explainHeaders(aCapture({ headers })).map(({ text }) => text), [
    "It has the header Stripe-Signature, in which `stripe` sign.",
    "It has the header X-Acme-Signature, which no preset knows.",
  ]);
});

test("each preset signs in a header, or in the body", () => {
  assert.deepEqual(signatureHeaders(presetOf("github")!), ["x-hub-signature-256"]);
  for (const preset of Object.values(PRESETS)) {
    for (const name of signatureHeaders(preset)) assert.match(name, /^[a-z0-9-]+$/);
  }
});
