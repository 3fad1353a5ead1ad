import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { it } from "node:test";
import { type Received, textAt } from "../../src/accept/received.ts";
import { parseReference } from "../../src/accept/reference.ts";

function received(over: { headers?: string[]; query?: string; body?: string } = {}): Received {
  return { headers: over.headers ?? [], query: over.query ?? "", body: Buffer.from(over.body ?? "{}"), depthMax: 8 };
}

function found(text: string, from: Received): string {
  const parsed = parseReference(text, ["header", "query", "json", "literal", "template"]);
  assert(parsed.kind === "ok");
  const result = textAt(parsed.reference, from);
  if (result.kind === "text") return `text ${result.text}`;
  return result.kind === "absent" ? "absent" : result.code;
}

const body =
  '{"a":"x","n":7,"f":1.5,"neg":-3,"no":null,"e":"","yes":true,"list":[1],"big":12345678901234567890,"huge":1e400,"safe":9007199254740991}';
const cases: [reference: string, from: Received, answer: string][] = [
  ["header:X-A", received({ headers: ["x-a", "1"] }), "text 1"],
  ["header:X-A", received({ headers: ["x-a", Buffer.from("é").toString("latin1")] }), "text é"],
  ["header:X-A", received({ headers: ["x-a", "\xe9"] }), "invalid_value"],
  ["header:X-A", received({ headers: ["x-a", ""] }), "absent"],
  ["header:X-A", received(), "absent"],
  ["header:X-A", received({ headers: ["x-a", "1", "X-A", "1"] }), "repeated_value"],
  ["query:k", received({ query: "k=a%20b&j=1" }), "text a b"],
  ["query:k", received({ query: "k=" }), "absent"],
  ["query:k", received({ query: "k=1&k=2" }), "repeated_value"],
  ["query:constructor", received(), "absent"],
  ["json:/a", received({ body }), "text x"],
  ["json:/n", received({ body }), "text 7"],
  ["json:/f", received({ body }), "text 1.5"],
  ["json:/neg", received({ body }), "text -3"],
  ["json:/safe", received({ body }), "text 9007199254740991"],
  ["json:/no", received({ body }), "absent"],
  ["json:/e", received({ body }), "absent"],
  ["json:/none", received({ body }), "absent"],
  ["json:/yes", received({ body }), "invalid_value"],
  ["json:/list", received({ body }), "invalid_value"],
  ["json:/big", received({ body }), "invalid_value"],
  ["json:/huge", received({ body }), "invalid_value"],
  ["json:/__proto__", received({ body }), "absent"],
  ["json:/a", received({ body: "not JSON" }), "malformed_json"],
  ["json:/a", received({ body: "[".repeat(9) }), "json_too_deep"],
  ["literal:a b", received(), "text a b"],
  ["u.{json:/a}.{header:X-A}", received({ body, headers: ["x-a", "1"] }), "text u.x.1"],
  ["u.{json:/a}.{header:X-A}", received({ body }), "absent"],
  ["u.{json:/list}", received({ body }), "invalid_value"],
];
for (const [reference, from, answer] of cases) {
  it(`${reference} in "${from.query}${from.headers.join(" ")}" gives ${answer}`, () =>
    assert.equal(found(reference, from), answer));
}

it("the body is parsed once, and only when a reference asks", () => {
  const from = received({ body, headers: ["x-a", "1"] });
  found("header:X-A", from);
  assert.equal(from.parsed, undefined);
  found("json:/a", from);
  const { parsed } = from;
  found("json:/n", from);
  assert.notEqual(parsed, undefined);
  assert.equal(from.parsed, parsed);
});

it("an attribute of a CloudEvent is percent-decoded; no other header is, nor one of another request", () => {
  const received = {
    headers: ["ce-type", "a%20b", "x", "a%20b", "ce-bad", "%FF"],
    query: "",
    body: Buffer.alloc(0),
    depthMax: 8,
  };
  const at = (name: string, isCloudEvent: boolean) => {
    const found = textAt({ kind: "header", name }, { ...received, isCloudEvent });
    return found.kind === "text" ? found.text : found.kind;
  };
  assert.deepEqual([at("ce-type", true), at("x", true), at("ce-type", false)], ["a b", "a%20b", "a%20b"]);
  assert.equal(at("ce-bad", true), "refused");
});
