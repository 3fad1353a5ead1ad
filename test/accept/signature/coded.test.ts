import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { codedVerifier } from "../../../src/accept/signature/coded.ts";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { CODED } from "../../../src/presets/coded.ts";
import { aSignedRequest } from "./a-signed-request.ts";

describe("a scheme that is code", () => {
  for (const [name, preset] of Object.entries(CODED)) {
    it(`verifies nothing without keys: ${name}`, async () => {
      const { scheme } = compileScheme(preset, { secrets: [], toleranceMs: undefined });
      assert(scheme.kind === "coded");
      const verdict = await scheme.verify(aSignedRequest({}), 0);
      assert.equal(verdict.kind, "unverified");
    });
  }

  it("says what it binds, and what it signs besides", () => {
    const needs = { keys: [], toleranceMs: 0 };
    const told = (code: "plaid" | "http-message" | "aws-sns", params = {}) => {
      const { binding, signs } = codedVerifier(code, { ...needs, params });
      return { binding, signs };
    };
    assert.deepEqual(told("plaid"), { binding: "body", signs: [] });
    assert.deepEqual(told("http-message"), { binding: "fields", signs: [] });
    assert.deepEqual(told("http-message", { require_digest: "true", components: "@method idempotency-key" }), {
      binding: "body",
      signs: ["header:idempotency-key", "header:content-digest"],
    });
    assert.equal(told("aws-sns").binding, "fields");
  });
});
