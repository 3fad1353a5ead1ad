import assert from "node:assert/strict";
import { it } from "node:test";
import { PRESETS } from "../../src/presets/registry.ts";
import { headerCase, signatureName, signatureScheme } from "../../src/accept/signature-scheme.ts";

const schemes: [preset: string, header: string, description: string][] = [
  ["hookd", "X-Webhook-Signature", "Preset `hookd`: `sha256=<hex>`, the HMAC-SHA256 of the raw body."],
  ["github", "X-Hub-Signature-256", "Preset `github`: `sha256=<hex>`, the HMAC-SHA256 of the raw body."],
  [
    "stripe",
    "Stripe-Signature",
    "Preset `stripe`: `v1=<hex>`, the HMAC-SHA256 of `{kv:t}.{body}`. A list of them is tried one by one.",
  ],
  [
    "standard",
    "Webhook-Signature",
    "Preset `standard`: `v1,<base64>`, the HMAC-SHA256, or `v1a,<base64>`, the Ed25519 signature of " +
    "`{header:webhook-id}.{header:webhook-timestamp}.{body}`. A list of them is tried one by one.",
  ],
];
for (const [preset, name, description] of schemes) {
  it(`${preset} is an API key in ${name}`, () => {
    assert.deepEqual(signatureScheme(preset, PRESETS[preset]!), { type: "apiKey", in: "header", name, description });
  });
}

it("every preset has a scheme with a header and a sentence", () => {
  for (const [name, preset] of Object.entries(PRESETS)) {
    const scheme = signatureScheme(name, preset) as { name: string; description: string };
    assert.match(scheme.name, /^[\w-]+$/, name);
    assert.match(scheme.description, new RegExp(`^Preset \`${name}\`: .*\\.$`), name);
  }
  assert.equal(signatureName("hookd"), "signature_hookd");
});

it("a header is written as people write it", () => {
  assert.equal(headerCase("x-hub-signature-256"), "X-Hub-Signature-256");
});
