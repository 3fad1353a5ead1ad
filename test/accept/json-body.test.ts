import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { it } from "node:test";
import { nestsDeeper, parseJson } from "../../src/accept/json-body.ts";

function refusal(body: string | Uint8Array, depthMax = 8): string {
  const parsed = parseJson(Buffer.from(body), depthMax);
  return parsed.kind === "refused" ? `${parsed.code} ${parsed.reason}` : "taken";
}

it("JSON of any kind is parsed", () => {
  for (const value of [{ a: [1, "x", null] }, [], "text", 1.5, null, true]) {
    assert.deepEqual(parseJson(Buffer.from(JSON.stringify(value)), 8), { kind: "json", value });
  }
});

const refused: [what: string, body: string | Uint8Array, answer: string][] = [
  ["an empty body", "", "malformed_json malformed_json"],
  ["half an object", '{"a":', "malformed_json malformed_json"],
  ["text behind", "{} {}", "malformed_json malformed_json"],
  ["bytes that are no UTF-8", Buffer.from('{"a":"\xff"}', "latin1"), "malformed_json invalid_utf8"],
  ["a byte order mark", "\ufeff{}", "malformed_json malformed_json"],
  ["nine levels where eight are allowed", "[".repeat(9) + "]".repeat(9), "json_too_deep json_too_deep"],
];
for (const [what, body, answer] of refused) it(`${what} is refused`, () => assert.equal(refusal(body), answer));

it("a refusal does not quote the body", () => {
  const parsed = parseJson(Buffer.from('{"card": 4111secret'), 8);
  assert(parsed.kind === "refused" && !parsed.detail.includes("secret"));
});

const depths: [body: string, depth: number][] = [
  ["1", 0],
  ["[]", 1],
  ['{"a":[{}]}', 3],
  ["[[],[],[[]]]", 3],
  ['"[[[["', 0],
  ['["[[[[",{"}]":1}]', 2],
  ['"\\"[["', 0],
  ['["\\\\",[]]', 2],
];
for (const [body, depth] of depths) {
  it(`${body} is ${depth} deep`, () => {
    assert.equal(nestsDeeper(Buffer.from(body), depth), false);
    if (depth > 0) assert.equal(nestsDeeper(Buffer.from(body), depth - 1), true);
  });
}

it("a million open brackets are refused without recursion", () =>
  assert.equal(refusal("[".repeat(1e6)), "json_too_deep json_too_deep"));
