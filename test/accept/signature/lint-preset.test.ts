import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { presetFaults } from "../../../src/accept/signature/lint-preset.ts";
import type { DeclaredPreset } from "../../../src/presets/preset.ts";
import { PRESETS } from "../../../src/presets/registry.ts";

const good: DeclaredPreset = {
  signature: { in: ["header:X-Acme-Signature"], items: ",", pair: "=", take: { v1: "hmac-sha256" }, encoding: "hex" },
  key: { "hmac-sha256": "utf8" },
  content: "{kv:t}.{body}",
  time: { in: "kv:t", unit: "s" },
  type: "json:/type",
  keys: ["json:/id"],
  changedBody: "duplicate",
  ackDeadlineMs: 10_000,
  retryHorizonMs: 86_400_000,
};

it("a sound preset has no fault, and hookd's own are sound", () => {
  assert.deepEqual(presetFaults(good), []);
  for (const [name, preset] of Object.entries(PRESETS)) {
    if (!("code" in preset)) assert.deepEqual(presetFaults(preset), [], name);
  }
});

describe("a preset that would let everything pass", () => {
  const cases: [what: string, over: Partial<DeclaredPreset>, path: string, message: RegExp][] = [
    ["signs a constant, for want of a brace", { content: "{body" }, "content", /brace without its partner/],
    ["signs nothing", { content: "" }, "content", /every request would have one signature/],
    ["leaves out the body and does not say so", { content: "{kv:t}" }, "content", /leaves out \{body\}/],
    ["looks nowhere", { signature: { ...good.signature, in: ["cookie:x"] } }, "signature.in.0", /none of/],
    ["is dated by what is not signed", { time: { in: "header:X-Time", unit: "s" } }, "time.in", /not in the content/],
    ["has no key for an algorithm", { key: {} }, "signature.take.v1", /add key\.hmac-sha256/],
    ["takes a public key for a shared one", { key: { "hmac-sha256": "pem" } }, "key.hmac-sha256", /is pem, where/],
    [
      "compares a MAC as text",
      { signature: { ...good.signature, encoding: "text" } },
      "signature.encoding",
      /encoding of a token/,
    ],
    ["finds no type", { type: "body" }, "type", /none of/],
    ["finds no key", { keys: ["json:id"] }, "keys.0", /none of/],
  ];
  for (const [what, over, path, message] of cases) {
    it(`is refused: it ${what}`, () => {
      const [fault] = presetFaults({ ...good, ...over });
      assert.equal(fault?.path.join("."), path);
      assert.match(fault?.message ?? "", message);
    });
  }
});

it("a body that is left out may be, where the preset says that it is weak", () => {
  assert.deepEqual(presetFaults({ ...good, content: "{kv:t}.{json:/id}", weak: "only the id is signed" }), []);
});

it("a time in a body that is signed is signed", () => {
  assert.deepEqual(presetFaults({ ...good, content: "{body}", time: { in: "json:/at", unit: "ms" } }), []);
});
