import assert from "node:assert/strict";
import { it } from "node:test";
import { parseReference, type Reference, type ReferenceKind, valueAt } from "../../src/accept/reference.ts";

const ALL: readonly ReferenceKind[] = ["header", "query", "json", "body", "kv", "literal", "template"];

const good: [text: string, reference: Reference][] = [
  ["header:X-Event-Type", { kind: "header", name: "x-event-type" }],
  ["query:kind", { kind: "query", name: "kind" }],
  ["json:/a/b", { kind: "json", pointer: "/a/b", steps: ["a", "b"] }],
  ["json:/a~1b/~01", { kind: "json", pointer: "/a~1b/~01", steps: ["a/b", "~1"] }],
  ["json:/", { kind: "json", pointer: "/", steps: [""] }],
  ["json:", { kind: "json", pointer: "", steps: [] }],
  ["body", { kind: "body" }],
  ["kv:t", { kind: "kv", name: "t" }],
  ["literal:a:b", { kind: "literal", text: "a:b" }],
  ["users.{json:/action}", {
    kind: "template",
    parts: [{ kind: "literal", text: "users." }, { kind: "json", pointer: "/action", steps: ["action"] }],
  }],
  ["{kv:t}.{body}", {
    kind: "template",
    parts: [{ kind: "kv", name: "t" }, { kind: "literal", text: "." }, { kind: "body" }],
  }],
];
for (const [text, reference] of good) {
  it(`${text} is read`, () => assert.deepEqual(parseReference(text, ALL), { kind: "ok", reference }));
}

const bad: [text: string, message: RegExp][] = [
  ["order.placed", /"order\.placed" is none of header:NAME/],
  ["", /"" is none of/],
  ["headers:X", /"headers:X" is none of/],
  ["header:", /none of/],
  ["header:X Y", /none of/],
  ["json:a", /none of/],
  ["json:/a~2", /none of/],
  ["body:x", /none of/],
  ["literal:", /none of/],
  ["users.{json:/action", /a brace without its partner/],
  ["users.}", /a brace without its partner/],
  ["{{json:/a}}", /a brace without its partner/],
  ["users.{action}", /"action" is none of/],
  ["users.{}", /"" is none of/],
];
for (const [text, message] of bad) {
  it(`${text || "nothing"} is malformed`, () => {
    const parsed = parseReference(text, ALL);
    assert(parsed.kind === "malformed");
    assert.match(parsed.message, message);
  });
}

it("a fixed value gets the hint how to write it", () => {
  const parsed = parseReference("order.placed", ["header", "literal"]);
  assert(parsed.kind === "malformed");
  assert.equal(parsed.hint, "for a fixed value write literal:order.placed");
});

it("only what is allowed is taken, inside a template too", () => {
  for (
    const [text, allowed] of [["body", ["json"]], ["a{kv:t}", ["json", "template"]], ["a{json:/b}", ["json"]]] as const
  ) {
    assert.equal(parseReference(text, allowed).kind, "malformed");
  }
});

const root = JSON.parse('{"a":{"b":[10,{"c":"x"}]},"":1,"n":null,"__proto__":{"p":1}}') as unknown;
const values: [steps: string[], value: unknown][] = [
  [[], root],
  [["a", "b", "0"], 10],
  [["a", "b", "1", "c"], "x"],
  [[""], 1],
  [["n"], null],
  [["n", "x"], undefined],
  [["a", "b", "2"], undefined],
  [["a", "b", "00"], undefined],
  [["a", "b", "length"], undefined],
  [["a", "toString"], undefined],
  [["constructor"], undefined],
  [["a", "__proto__"], undefined],
  [["__proto__", "p"], 1],
];
for (const [steps, value] of values) {
  it(`/${steps.join("/")} finds ${value === undefined ? "nothing" : "own values"}`, () =>
    assert.deepEqual(valueAt(root, steps), value));
}
