import assert from "node:assert/strict";
import { it } from "node:test";
import { PRESETS } from "../../src/accept/presets.ts";
import { parseReference } from "../../src/accept/reference.ts";
import { compileScheme, isSigned, KEYS_MAX } from "../../src/accept/scheme.ts";

const hookd = PRESETS["hookd"]!;

it("a bad secret is left out, and the others keep their places", () => {
  const { scheme, imports } = compileScheme(hookd, ["", "a secret of enough bytes"], 0);
  assert.deepEqual(scheme.keys.map(({ index }) => index), [1]);
  assert.deepEqual(imports.map(({ kind }) => kind), ["bad", "key"]);
});

it("no more than eight secrets are tried", () => {
  const secrets = Array.from({ length: KEYS_MAX + 3 }, (_, at) => `secret number ${at} of many`);
  assert.equal(compileScheme(hookd, secrets, 0).scheme.keys.length, KEYS_MAX);
});

it("a content without the body binds nothing of it", () => {
  assert.equal(compileScheme({ ...hookd, content: "header:x-time" }, [], 0).scheme.binding, "none");
});

it("a preset with a malformed reference is a bug", () => {
  assert.throws(() => compileScheme({ ...hookd, content: "{body" }, [], 0), /malformed reference/);
  assert.throws(() => compileScheme({ ...hookd, time: "json:/t" }, [], 0), /malformed reference/);
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
    assert.equal(isSigned(parsed.reference, compileScheme(PRESETS[preset]!, [], 0).scheme), is);
  });
}
