import assert from "node:assert/strict";
import { it } from "node:test";
import { Value } from "typebox/value";
import { problemCases } from "../../src/accept/problem-cases.ts";
import { type ProblemCode, PROBLEMS } from "../../src/accept/problem.ts";
import { ProblemBody } from "../../src/problem-body.ts";

const codes = Object.keys(PROBLEMS) as ProblemCode[];

for (const { code, status, when, example, headers } of problemCases(codes)) {
  it(`${code} is shown with a body that is a problem of its status`, () => {
    assert.ok(Value.Check(ProblemBody, example));
    assert.deepEqual([example.code, example.status], [code, status]);
    assert.ok(when.length > 0);
    assert.equal("Retry-After" in (headers ?? {}), status === 429 || status === 503);
  });
}

it("an example may have other words where the operation has them", () => {
  const [first] = problemCases(["not_found"], { not_found: "Event not found" });
  assert.equal((first!.example as { detail: string }).detail, "Event not found");
});
