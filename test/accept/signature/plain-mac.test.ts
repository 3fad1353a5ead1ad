import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { PRESETS } from "../../../src/presets/registry.ts";
import { aSignedRequest } from "./a-signed-request.ts";

const NOW = 1_700_000_000_000;
const SECRET = "a secret of the test";
const BODY = '{"n":1}';

function schemeOf(preset: string, options: { secrets?: string[]; notAfter?: (number | undefined)[] } = {}) {
  const { scheme } = compileScheme(PRESETS[preset]!, { secrets: [SECRET], toleranceMs: undefined, ...options });
  assert.equal(scheme.kind, "declared");
  return scheme;
}

const macOf = (hash: string, secret = SECRET) => createHmac(hash, secret).update(BODY).digest("hex");
const requestWith = (value: string | string[]) =>
  aSignedRequest({ headers: { "X-Webhook-Signature": value }, body: BODY });

describe("the shortcut of a plain MAC", () => {
  it("is there for those who sign so, and for nobody else", () => {
    const plain = Object.keys(PRESETS).filter((name) => {
      const { scheme } = compileScheme(PRESETS[name]!, { secrets: [SECRET], toleranceMs: undefined });
      return scheme.kind === "declared" && scheme.shortcut !== undefined;
    });
    for (const name of ["hookd", "github"]) assert.ok(plain.includes(name), name);
    for (const name of ["stripe", "standard", "slack", "shopify", "twilio"]) assert.ok(!plain.includes(name), name);
  });

  it("says yes to the signature itself", () => {
    const { shortcut } = schemeOf("hookd");
    assert.equal(shortcut?.(requestWith(`sha256=${macOf("sha256")}`))?.kind, "verified");
  });

  it("is not taken where one of several secrets may match, or one that ends", () => {
    assert.equal(schemeOf("hookd", { secrets: [SECRET, "another secret of the test"] }).shortcut, undefined);
    assert.equal(schemeOf("hookd", { notAfter: [NOW] }).shortcut, undefined);
  });

  const right = macOf("sha256");
  const others: [what: string, value: string | string[]][] = [
    ["another MAC", `sha256=${macOf("sha256", "another secret")}`],
    ["one digit changed", `sha256=${right.slice(0, -1)}${right.endsWith("0") ? "1" : "0"}`],
    ["no label", right],
    ["another label", `sha512=${right}`],
    ["a blank before it", ` sha256=${right}`],
    ["upper case", `sha256=${right.toUpperCase()}`],
    ["a longer text", `sha256=${right}0`],
    [
      "a character whose low byte is a digit",
      `sha256=${right.slice(0, -1)}${String.fromCharCode(0x100 + right.charCodeAt(right.length - 1))}`,
    ],
    ["the header twice", [`sha256=${right}`, `sha256=${right}`]],
    ["nothing", ""],
  ];
  for (const [what, value] of others) {
    it(`leaves ${what} to the long way`, () => {
      assert.equal(schemeOf("hookd").shortcut?.(requestWith(value)), undefined);
    });
  }

  it("never says what the long way would not, whatever is in the header", () => {
    const scheme = schemeOf("hookd");
    const long = { ...scheme, shortcut: undefined };
    const part = fc.constantFrom(
      "sha256=",
      "sha1=",
      "=",
      ",",
      " ",
      right,
      right.toUpperCase(),
      right.slice(1),
      "0",
      "é",
    );
    fc.assert(fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const request = requestWith(parts.join(""));
      assert.deepEqual(verify(scheme, request, NOW), verify(long, request, NOW));
    }));
  });
});
