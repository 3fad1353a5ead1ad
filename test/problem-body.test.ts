import assert from "node:assert/strict";
import { it } from "node:test";
import { Value } from "typebox/value";
import { ProblemBody, problemBody } from "../src/problem-body.ts";

it("a problem has the members of RFC 9457, its code, and the detail once more as error", () => {
  const errors = [{ path: "/total", message: "must be number" }];
  assert.deepEqual(JSON.parse(problemBody({ status: 422, code: "key_reused", detail: "The key was used", errors })), {
    type: "about:blank",
    title: "Unprocessable Entity",
    status: 422,
    detail: "The key was used",
    code: "key_reused",
    error: "The key was used",
    errors,
  });
});

it("a problem without single faults has no errors member, and every problem meets the schema", () => {
  for (const errors of [undefined, [], [{ path: "", message: "is required" }]]) {
    const body = JSON.parse(problemBody({ status: 400, code: "a", detail: "b", errors }));
    assert.equal("errors" in body, errors !== undefined);
    assert.ok(Value.Check(ProblemBody, body));
  }
  assert.ok(
    !Value.Check(ProblemBody, { ...JSON.parse(problemBody({ status: 400, code: "a", detail: "b" })), stack: "" }),
  );
});
