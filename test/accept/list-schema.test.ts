import assert from "node:assert/strict";
import { it } from "node:test";
import { Value } from "typebox/value";
import { listOf, listSchema } from "../../src/accept/list-schema.ts";

const event = { type: "object", required: ["id"] };
const at = (...steps: string[]) => ({ list: { pointer: "", steps } });

it("without a list the schema and the example are the event's own", () => {
  assert.deepEqual(listSchema({ list: undefined }, event), event);
  assert.deepEqual(listOf({ list: undefined }, 1), 1);
});

it("the example is a body with one event in its place", () => {
  assert.deepEqual(listOf(at(), { id: 1 }), [{ id: 1 }]);
  assert.deepEqual(listOf(at("a", "b"), { id: 1 }), { a: { b: [{ id: 1 }] } });
});

it("the schema demands the list in its place, each element an event, a thousand at most", () => {
  for (const list of [at(), at("a", "b")]) {
    const schema = listSchema(list, event) as object;
    assert(Value.Check(schema, listOf(list, { id: 1 })));
    assert(!Value.Check(schema, listOf(list, {})));
    assert(!Value.Check(schema, {}));
    const many = listOf(list, { id: 1 });
    const inner = (Array.isArray(many) ? many : (many as { a: { b: object[] } }).a.b) as object[];
    inner.push(...Array.from({ length: 1000 }, () => ({ id: 1 })));
    assert(!Value.Check(schema, many));
  }
});
