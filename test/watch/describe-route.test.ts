import assert from "node:assert/strict";
import { it } from "node:test";
import { Type } from "typebox";
import { caseOf, describeRoute, health, ok } from "../../src/watch/describe-route.ts";

const plain = { id: "a", tag: "api" as const, summary: "A", responses: ok(Type.String(), "x") };

function codesOf(operation: ReturnType<typeof describeRoute>): string[] {
  return Object.values(operation.responses).flatMap(({ content }) =>
    Object.keys(content?.["application/problem+json"]?.examples ?? {})
  );
}

it("every route can be refused by the guard, and can fail", () => {
  assert.deepEqual(codesOf(describeRoute(plain)), ["admin_token_invalid", "host_not_allowed", "internal_error"]);
});

it("a change can be refused for its origin and its body, a query and a parameter for what they say", () => {
  const codes = codesOf(describeRoute({ ...plain, mutates: true }));
  for (
    const code of ["origin_not_allowed", "invalid_body", "malformed_json", "body_too_large", "unsupported_media_type"]
  ) {
    assert.ok(codes.includes(code), code);
  }
  assert.ok(codesOf(describeRoute({ ...plain, query: Type.Object({}) })).includes("invalid_query"));
  assert.ok(codesOf(describeRoute({ ...plain, param: { name: "id", description: "" } })).includes("not_found"));
});

it("parameters come out of the schema that checks them", () => {
  const query = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1, description: "Longest page" })) });
  const { parameters } = describeRoute({ ...plain, query, param: { name: "id", description: "Its id" } });
  assert.deepEqual(parameters, [
    { name: "id", description: "Its id", in: "path", required: true, schema: { type: "string" } },
    { name: "limit", in: "query", description: "Longest page", schema: { type: "integer", minimum: 1 } },
  ]);
});

it("an open route needs no token on loopback, every other does", () => {
  assert.deepEqual(describeRoute(plain).security, [{ admin_token: [] }]);
  assert.deepEqual(describeRoute({ ...plain, open: true }).security, [{}, { admin_token: [] }]);
});

it("a probe has one body for 200 and 503", () => {
  const responses = health({ status: "ok", checks: { store: { ok: true } } }, "Full");
  assert.deepEqual(Object.keys(responses), ["200", "503"]);
  const schemas = Object.values(responses).map(({ content }) => content?.["application/json"]?.schema);
  assert.equal(schemas[0], schemas[1]);
});

it("a problem has its status, its sentence and a time to come back where that helps", () => {
  const { status, when, example, headers } = caseOf("store_failed");
  assert.deepEqual([status, when], [503, "The store cannot do this at the moment"]);
  assert.equal((example as { detail: string }).detail, when);
  assert.ok("Retry-After" in (headers ?? {}));
  assert.equal(caseOf("not_found").headers, undefined);
});
