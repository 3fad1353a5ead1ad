import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleData, exampleType } from "../../src/cli/example-events.ts";

for (
  const [source, type] of [
    [{ preset: "hookd", type: "json:/event_type" }, "user.created"],
    [{ preset: "hookd", type: undefined }, "user.created"],
    [{ preset: "hookd", type: "users.{json:/action}" }, "users.created"],
    [{ preset: "hookd", type: "orders.{json:/action}" }, "orders.placed"],
    [{ preset: "hookd", type: "literal:ping" }, "ping"],
    [{ preset: "github", type: undefined }, "ping"],
    [{ preset: "stripe", type: undefined }, "payment_intent.succeeded"],
    [{ preset: "standard", type: undefined }, "invoice.paid"],
  ] as const
) {
  test(`an example for ${source.preset} with type ${source.type ?? "by preset"} is ${type}`, () => {
    assert.equal(exampleType(source), type);
  });
}

test("a type that hookd does not ship gets a greeting, whatever its name", () => {
  assert.deepEqual(exampleData("toString"), { message: "Hello from hookd send" });
});
