import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Type } from "typebox";
import { faultOfSchema } from "../../../src/execute/thread/schema-fault.ts";

describe("faultOfSchema", () => {
  const good: [string, unknown][] = [
    [
      "objects, arrays, unions, records",
      Type.Object({
        a: Type.Array(Type.Union([Type.String(), Type.Null()])),
        b: Type.Record(Type.String(), Type.Unknown()),
        c: Type.Optional(Type.Integer({ minimum: 1 })),
        d: Type.Literal("x"),
      }),
    ],
    ["a property that is named type", Type.Object({ type: Type.String(), refine: Type.Number() })],
    ["data that looks like a schema", { type: "object", default: { type: "bigint" }, enum: [{ type: "x" }] }],
    ["several types", { type: ["string", "null"] }],
    ["the schema of all", true],
  ];
  for (const [what, schema] of good) it(`passes ${what}`, () => assert.equal(faultOfSchema(schema), undefined));

  const bad: [unknown, RegExp][] = [
    [Type.Object({ a: Type.Refine(Type.String(), () => true, () => "no") }), /^uses Refine at \/properties\/a,/],
    [Type.Codec(Type.String()).Decode((text) => text).Encode((text) => text), /^uses Codec, /],
    [Type.Object({ a: Type.BigInt() }), /^has the type "bigint" at \/properties\/a\/type,/],
    [{ type: "strin" }, /^has the type "strin"/],
    [{ type: "string", check: () => true }, /^holds a function at \/check/],
    [5, /^is not an object$/],
    [null, /^is not an object$/],
  ];
  for (const [schema, fault] of bad) {
    it(`finds that it ${fault.source}`, () => assert.match(faultOfSchema(schema) ?? "", fault));
  }
});
