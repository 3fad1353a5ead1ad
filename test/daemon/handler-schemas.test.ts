import assert from "node:assert/strict";
import { it } from "node:test";
import { Type } from "typebox";
import { handlerSchemas } from "../../src/daemon/handler-schemas.ts";

const entry = (file: number, fileName: string, schema?: unknown) => ({ file, fileName, events: [], retry: {}, schema });

it("each schema stands under a name made of its file's, and no two under one", () => {
  const entries = [
    entry(0, "order-placed.ts", { type: "object" }),
    entry(1, "github/push.ts", true),
    entry(2, "github.push.mjs", { type: "string" }),
    entry(3, "Problem.ts", { type: "null" }),
    entry(4, "ping.ts"),
  ];
  const { schemas, schemaOf } = handlerSchemas({ entries });
  assert.deepEqual(schemas, {
    "order-placed": { type: "object" },
    "github.push": true,
    "github.push.2": { type: "string" },
    "Problem.3": { type: "null" },
  });
  assert.deepEqual(schemaOf(entries[2]!), { $ref: "#/components/schemas/github.push.2" });
  assert.equal(schemaOf(entries[4]!), undefined);
});

it("a tuple is written in the words of JSON Schema 2020-12, and data that looks like one stays", () => {
  const schema = JSON.parse(JSON.stringify(
    Type.Object({
      at: Type.Tuple([Type.Number(), Type.String()]),
      as: Type.Literal("x", { examples: [{ items: [1] }] }),
    }),
  ));
  const { schemas } = handlerSchemas({ entries: [entry(0, "a.ts", schema)] });
  const { properties } = schemas["a"] as unknown as { properties: Record<string, object> };
  assert.deepEqual(properties["at"], {
    type: "array",
    minItems: 2,
    prefixItems: [{ type: "number" }, { type: "string" }],
    items: false,
  });
  assert.deepEqual(properties["as"], { const: "x", type: "string", examples: [{ items: [1] }] });
});

it("a schema that refers to itself keeps its own parts", () => {
  const schema = { $defs: { Node: { type: "object" } }, $ref: "#/$defs/Node" };
  const { schemas } = handlerSchemas({ entries: [entry(0, "tree.ts", schema)] });
  assert.deepEqual(schemas["tree"], { $id: "urn:hookd:handler:tree", ...schema });
});
