import assert from "node:assert/strict";
import { it } from "node:test";
import type { DeclaredPreset, Preset } from "../../../src/presets/preset.ts";
import { PRESETS } from "../../../src/presets/registry.ts";
import { parseReference } from "../../../src/accept/reference.ts";
import { compileScheme, isSigned, KEYS_MAX } from "../../../src/accept/signature/scheme.ts";

const hookd = PRESETS["hookd"] as DeclaredPreset;
const compile = (preset: Preset, secrets: readonly string[] = []) =>
  compileScheme(preset, { secrets, toleranceMs: undefined });

it("a bad secret is left out, and the others keep their places", () => {
  const { scheme, imports } = compile(hookd, ["", "a secret of enough bytes"]);
  assert.deepEqual(scheme.keys.map(({ index }) => index), [1]);
  assert.deepEqual(imports.map(({ kind }) => kind), ["bad", "key"]);
});

it("no more than eight secrets are tried", () => {
  const secrets = Array.from({ length: KEYS_MAX + 3 }, (_, at) => `secret number ${at} of many`);
  assert.equal(compile(hookd, secrets).scheme.keys.length, KEYS_MAX);
});

it("a content without the body binds only what it names", () => {
  assert.equal(compile({ ...hookd, content: "{header:x-time}" }).scheme.binding, "fields");
});

it("a preset with a malformed reference is a bug", () => {
  assert.throws(() => compile({ ...hookd, content: "{body" }), /malformed reference/);
  assert.throws(() => compile({ ...hookd, time: { in: "query:t", unit: "s" } }), /malformed reference/);
});

const signed: [preset: string, reference: string, is: boolean][] = [
  ["github", "header:X-GitHub-Event", false],
  ["github", "header:X-GitHub-Delivery", false],
  ["github", "json:/action", true],
  ["hookd", "header:X-Idempotency-Key", false],
  ["stripe", "json:/id", true],
  ["standard", "header:webhook-id", true],
  ["standard", "header:webhook-timestamp", true],
  ["standard", "query:id", false],
  ["standard", "literal:x", true],
  ["standard", "x.{json:/a}", true],
  ["standard", "{header:x-a}{json:/a}", false],
];
for (const [preset, text, is] of signed) {
  it(`${preset} ${is ? "signs" : "does not sign"} ${text}`, () => {
    const parsed = parseReference(text, ["header", "query", "json", "literal", "template"]);
    assert(parsed.kind === "ok");
    assert.equal(isSigned(parsed.reference, compile(PRESETS[preset]!).scheme), is);
  });
}
