import assert from "node:assert/strict";
import { it } from "node:test";
import { jsonResponse, mergeResponses, problemResponses, RETRY_AFTER, selfContained } from "../src/operation.ts";

it("problems come together by status, each with its code, its sentence and its body", () => {
  const of = (status: number, code: string) => ({ status, code, when: `When ${code}`, example: { code } });
  const responses = problemResponses([of(400, "a"), of(503, "b"), { ...of(503, "c"), headers: RETRY_AFTER }]);
  assert.deepEqual(Object.keys(responses), ["400", "503"]);
  assert.equal(responses["400"]?.description, "When a");
  assert.equal(responses["503"]?.description, "`b`: When b\n\n`c`: When c");
  assert.deepEqual(Object.keys(responses["503"]?.headers ?? {}), ["Retry-After"]);
  const media = responses["503"]?.content?.["application/problem+json"];
  assert.deepEqual(media?.examples, { b: { value: { code: "b" } }, c: { value: { code: "c" } } });
  assert.deepEqual(media?.schema, {
    allOf: [
      { $ref: "#/components/schemas/Problem" },
      { properties: { status: { const: 503 }, code: { enum: ["b", "c"] } } },
    ],
  });
});

it("answers of one status keep every content type, header and description", () => {
  const merged = mergeResponses(
    { 503: jsonResponse("Come again", { type: "object" }, { headers: RETRY_AFTER }), 200: { description: "OK" } },
    problemResponses([{ status: 503, code: "a", when: "Full", example: {} }]),
  );
  assert.deepEqual(Object.keys(merged), ["200", "503"]);
  assert.deepEqual(Object.keys(merged["503"]?.content ?? {}), ["application/json", "application/problem+json"]);
  assert.equal(merged["503"]?.description, "Come again\n\nFull");
  assert.deepEqual(Object.keys(merged["503"]?.headers ?? {}), ["Retry-After"]);
});

it("two answers of one status and content type may be either", () => {
  const merged = mergeResponses(
    { 200: jsonResponse("One", { const: 1 }, { examples: { one: 1 } }) },
    { 200: jsonResponse("Two", { const: 2 }, { examples: { two: 2 } }) },
  );
  assert.deepEqual(merged["200"], {
    description: "One\n\nTwo",
    content: {
      "application/json": {
        schema: { anyOf: [{ const: 1 }, { const: 2 }] },
        examples: { one: { value: 1 }, two: { value: 2 } },
      },
    },
  });
  assert.deepEqual(mergeResponses({ 204: { description: "a" } }, { 204: { description: "b" } }), {
    204: { description: "a\n\nb" },
  });
});

it("examples have names, and an answer without any has none", () => {
  assert.deepEqual(jsonResponse("OK", true).content, { "application/json": { schema: true } });
  const { content } = jsonResponse("OK", true, { examples: { one: 1 } });
  assert.deepEqual(content, { "application/json": { schema: true, examples: { one: { value: 1 } } } });
});

it("only a schema that refers to itself, and has no id, is given one", () => {
  const recursive = { $defs: { Node: { type: "object" } }, $ref: "#/$defs/Node" };
  assert.deepEqual(selfContained(recursive, "urn:x"), { $id: "urn:x", ...recursive });
  assert.deepEqual(selfContained({ ...recursive, $id: "mine" }, "urn:x"), { ...recursive, $id: "mine" });
  assert.deepEqual(selfContained({ type: "object" }, "urn:x"), { type: "object" });
  assert.equal(selfContained(true, "urn:x"), true);
});
