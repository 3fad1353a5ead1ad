import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { it } from "node:test";
import { checkEvent, withViolations } from "../../src/accept/check.ts";
import type { Identity } from "../../src/accept/identify.ts";
import { refuse } from "../../src/accept/problem.ts";
import type { SourceConfig } from "../../src/config.ts";
import type { HandlerEntry } from "../../src/ports.ts";
import { aRoute } from "./a-route.ts";

const identity: Identity = {
  kind: "identified",
  type: "order.placed",
  key: "k",
  orderingKey: undefined,
  firstAttempt: 1,
};

function handler(schema?: unknown): HandlerEntry {
  return { file: 0, fileName: "a.ts", events: ["order.placed"], retry: {}, ...(schema !== undefined && { schema }) };
}

function check(over: Partial<SourceConfig>, body: string, entry: HandlerEntry | undefined) {
  const received = { headers: [], query: "", body: Buffer.from(body), depthMax: 8 };
  return checkEvent(aRoute(over), received, { identity, handler: entry });
}

const total = { type: "object", properties: { total: { type: "number" } }, required: ["total"] };

it("an event with a handler and no schema is taken, JSON or not", () => {
  assert.deepEqual(check({}, "not JSON", handler()), { kind: "accept" });
});

it("an event without a handler goes as the source says", () => {
  const refused = check({}, "{}", undefined);
  assert(refused.kind === "refused");
  assert.equal(refused.code, "unknown_event_type");
  assert.equal(refused.detail, "Unknown event type: order.placed");
  assert.deepEqual(check({ unknown: "accept" }, "{}", undefined), { kind: "accept" });
  assert.deepEqual(check({ unknown: "ignore" }, "{}", undefined), { kind: "ignore" });
});

it("the source's schema holds for an event without a handler too", () => {
  assert.equal(check({ unknown: "accept", schema: total }, "{}", undefined).kind, "refused");
});

it("both schemas are checked, and paths count from the body's root", () => {
  const refused = check({ data: "json:/data", schema: { required: ["at"] } }, '{"data":{"total":"x"}}', handler(total));
  assert(refused.kind === "refused");
  assert.equal(refused.code, "schema_violation");
  assert.deepEqual(refused.errors, [{ path: "/at", message: "is required" }, {
    path: "/data/total",
    message: "must be number",
  }]);
  assert.equal(refused.detail, "The event does not meet its schema: /at is required (and 1 more)");
});

it("data that is not there is told as such", () => {
  const refused = check({ data: "json:/data" }, "{}", handler(total));
  assert(refused.kind === "refused");
  assert.deepEqual(refused.errors, [{ path: "/data", message: "is required" }]);
});

it("one place in both schemas is told once", () => {
  const refused = check({ schema: total }, "{}", handler(total));
  assert(refused.kind === "refused");
  assert.deepEqual(refused.errors, [{ path: "/total", message: "is required" }]);
});

it("a body that must meet a schema must be JSON", () => {
  for (const over of [{ schema: total }, {}]) {
    const refused = check(over, "not JSON", handler(total));
    assert(refused.kind === "refused" && refused.code === "malformed_json");
  }
});

it("a handler whose data is text has a schema of text", () => {
  assert.deepEqual(check({ data: "body" }, "not JSON", handler({ type: "string" })), { kind: "accept" });
  assert.equal(check({ data: "body" }, "not JSON", handler({ type: "object" })).kind, "refused");
});

it("an unknown type is told together with all else that is wrong", () => {
  const refused = check({ schema: total }, "{}", undefined);
  assert(refused.kind === "refused");
  assert.equal(refused.code, "unknown_event_type");
  assert.equal(refused.detail, "Unknown event type: order.placed");
  assert.deepEqual(refused.errors, [{ path: "/total", message: "is required" }]);
});

it("a body without a usable type is told all that its schema finds", () => {
  const received = { headers: [], query: "", body: Buffer.from('{"action":{}}'), depthMax: 8 };
  const schema = { type: "object", required: ["total"], properties: { action: { type: "string" } } };
  for (const code of ["event_type_missing", "invalid_value"] as const) {
    const refused = withViolations(aRoute({ schema }), received, refuse(code, "no type"));
    assert.equal(refused.code, "schema_violation");
    assert.deepEqual(refused.errors, [
      { path: "/total", message: "is required" },
      { path: "/action", message: "must be string" },
    ]);
  }
});

it("a refusal stays as it is where a schema has nothing to say, or cannot be asked", () => {
  const missing = refuse("event_type_missing", "no type");
  const received = (body: string) => ({ headers: [], query: "", body: Buffer.from(body), depthMax: 8 });
  assert.equal(withViolations(aRoute(), received("{}"), missing), missing);
  assert.equal(withViolations(aRoute({ schema: total }), received('{"total":1}'), missing), missing);
  assert.equal(withViolations(aRoute({ schema: total }), received("no JSON"), missing), missing);
  const other = refuse("conflicting_keys", "two keys");
  assert.equal(withViolations(aRoute({ schema: total }), received("{}"), other), other);
});
