import assert from "node:assert/strict";
import { it } from "node:test";
import { bodySchema } from "../../src/accept/event-schema.ts";
import { violationsOf } from "../../src/accept/schema-check.ts";
import type { SourceConfig } from "../../src/config.ts";
import { aRoute } from "./a-route.ts";

const orderSchema = { type: "object", required: ["order_id"], properties: { order_id: { type: "string" } } };
const handler = { file: 0, fileName: "a.ts", events: [], retry: {} };
const any = { ...handler, file: 1 };

function schemaFor(over: Partial<SourceConfig>, taken = [{ pattern: "order.placed", handler }]) {
  return bodySchema(aRoute(over), taken, ({ file }) => file === 0 ? orderSchema : undefined);
}

const order = { order_id: "o1" };
const table: [what: string, over: Partial<SourceConfig>, good: unknown[], bad: unknown[]][] = [
  ["data that is all of the body", {}, [order], [{}, { order_id: 1 }]],
  ["a type and data within the body", { type: "json:/event/type", data: "json:/event/data" }, [
    { event: { type: "order.placed", data: order } },
  ], [{ event: { type: "order.lost", data: order } }, { event: { type: "order.placed", data: {} } }, {
    event: { type: "order.placed" },
  }, order]],
  ["a type next to the data", { type: "json:/type" }, [{ type: "order.placed", ...order }], [{ type: "x", ...order }, {
    type: "order.placed",
  }]],
  ["a type that a template makes", { type: "order.{json:/action}" }, [{ action: "placed", ...order }], [
    { action: "lost", ...order },
    order,
  ]],
  ["a schema of the source too", { schema: { required: ["at"] } }, [{ at: 1, ...order }], [order, { at: 1 }]],
  ["keys that are text or numbers, if they are there", { order: "json:/a/b", key: "json:/id" }, [
    order,
    { ...order, id: "x", a: { b: 7 } },
    { ...order, id: null, a: {} },
  ], [{ ...order, id: true }, { ...order, a: { b: [] } }]],
  ["data that is text", { data: "body" }, ["text", order, {}], []],
];
for (const [what, over, good, bad] of table) {
  it(`the schema has ${what}`, () => {
    for (const body of good) assert.deepEqual(violationsOf(schemaFor(over), body), [], JSON.stringify(body));
    for (const body of bad) assert.notDeepEqual(violationsOf(schemaFor(over), body), [], JSON.stringify(body));
  });
}

it("each type is a form of its own, with its name", () => {
  const taken = [{ pattern: "order.placed", handler }, { pattern: "user.*", handler: any }];
  assert.deepEqual(schemaFor({ type: "json:/type" }, taken), {
    anyOf: [
      {
        title: "order.placed",
        allOf: [orderSchema, { type: "object", properties: { type: { const: "order.placed" } }, required: ["type"] }],
      },
      {
        title: "user.*",
        type: "object",
        properties: { type: { type: "string", pattern: "^user\\.." } },
        required: ["type"],
      },
    ],
  });
});

it("a source that stores what no handler takes has a form for it", () => {
  const open = schemaFor({ unknown: "accept", type: "json:/type" });
  assert.deepEqual(violationsOf(open, { type: "anything" }), []);
  assert.deepEqual((open as { anyOf: { title: string }[] }).anyOf.map(({ title }) => title), [
    "order.placed",
    "any other event type",
  ]);
});

it("a source that no handler is for has its own schema, or none", () => {
  assert.deepEqual(schemaFor({}, []), {});
  assert.deepEqual(schemaFor({ schema: { required: ["at"] } }, []), { required: ["at"] });
});

it("a source's schema that refers to its own parts keeps them", () => {
  const schema = { $defs: { Id: { type: "string" } }, properties: { id: { $ref: "#/$defs/Id" } } };
  assert.deepEqual(schemaFor({ schema }, []), { $id: "urn:hookd:source:events", ...schema });
});
