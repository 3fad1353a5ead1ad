import assert from "node:assert/strict";
import { it } from "node:test";
import { problemAnswer, type ProblemCode, PROBLEMS, refuse, refuseSignature } from "../../src/accept/problem.ts";

for (const [code, [status]] of Object.entries(PROBLEMS)) {
  it(`${code} is a problem of status ${status}`, () => {
    const answer = problemAnswer(refuse(code as ProblemCode, "What happened"));
    assert.equal(answer.status, status);
    assert.equal(answer.contentType, "application/problem+json");
    const { title, ...body } = JSON.parse(answer.body) as Record<string, unknown>;
    assert.equal(typeof title, "string");
    assert.deepEqual(body, { type: "about:blank", status, detail: "What happened", code, error: "What happened" });
  });
}

it("every 503 says when to come back, and nothing else does", () => {
  for (const [code, [status]] of Object.entries(PROBLEMS)) {
    const after = problemAnswer(refuse(code as ProblemCode, "x")).headers?.["Retry-After"];
    assert.equal(after !== undefined && Number(after) > 0, status === 503);
  }
});

it("all violations are in the answer", () => {
  const errors = [{ path: "/a", message: "is required" }];
  const body = JSON.parse(problemAnswer(refuse("schema_violation", "x", { errors })).body) as { errors: unknown };
  assert.deepEqual(body.errors, errors);
});

it("the reason is for the operator only", () => {
  const one = problemAnswer(refuseSignature("bad_key"));
  assert.deepEqual(one, problemAnswer(refuseSignature("timestamp_expired")));
  assert(!one.body.includes("bad_key"));
  assert.equal(one.headers?.["WWW-Authenticate"], "Signature");
  assert.equal(refuseSignature("bad_key").reason, "bad_key");
  assert.equal(refuse("not_found", "x").reason, "not_found");
});
