import assert from "node:assert/strict";
import { it } from "node:test";
import { Value } from "typebox/value";
import { OPERATIONS } from "../../src/watch/admin-operations.ts";

for (const [name, { responses }] of Object.entries(OPERATIONS)) {
  it(`${name} is shown with bodies that meet their schemas`, () => {
    for (const [status, { content = {} }] of Object.entries(responses)) {
      const { schema = true, examples = {} } = content["application/json"] ?? {};
      for (const { value } of Object.values(examples)) {
        assert.deepEqual(Value.Errors(schema as object, value), [], status);
      }
    }
  });
}

it("no two have one id", () => {
  const ids = Object.values(OPERATIONS).map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
});
