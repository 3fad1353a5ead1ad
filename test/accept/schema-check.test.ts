import assert from "node:assert/strict";
import { it } from "node:test";
import { Type } from "typebox";
import { Settings } from "typebox/system";
import { schemaFault, VIOLATIONS_MAX, violationsOf } from "../../src/accept/schema-check.ts";
import type { Violation } from "../../src/problem-body.ts";

const order = {
  type: "object",
  additionalProperties: false,
  required: ["at", "id"],
  properties: {
    at: { type: "string", format: "date-time" },
    id: { type: "string", minLength: 1 },
    kind: { enum: ["new", "used"] },
    one: { const: 1 },
    either: { anyOf: [{ type: "string" }, { type: "number" }] },
    form: {
      anyOf: [{ type: "object", properties: { k: { const: "x" } }, required: ["k"] }, {
        type: "object",
        properties: { k: { const: "y" } },
        required: ["k"],
      }],
    },
    items: { type: "array", items: { type: "integer", minimum: 3 } },
    "a/b": { type: "string" },
    map: { type: "object", additionalProperties: { type: "number" } },
  },
};
const fine = { at: "2026-01-02T03:04:05Z", id: "x" };

const cases: [what: string, value: unknown, violations: Violation[]][] = [
  ["a value that fits", fine, []],
  ["nothing of what is required", {}, [{ path: "/at", message: "is required" }, {
    path: "/id",
    message: "is required",
  }]],
  ["a value of another type", null, [{ path: "", message: "must be object" }]],
  ["a property too many", { ...fine, zip: 1, zap: 2 }, [{ path: "/zip", message: "is not allowed" }, {
    path: "/zap",
    message: "is not allowed",
  }]],
  ["a bad format", { ...fine, at: "yesterday" }, [{ path: "/at", message: 'must match format "date-time"' }]],
  ["none of a list", { ...fine, kind: "old" }, [{ path: "/kind", message: 'must be one of "new", "used"' }]],
  ["not the constant", { ...fine, one: 2 }, [{ path: "/one", message: "must be 1" }]],
  ["no type of a union", { ...fine, either: true }, [{ path: "/either", message: "must be string or must be number" }]],
  ["no form of a union", { ...fine, form: { k: "z" } }, [{
    path: "/form",
    message: "must match one of the allowed forms",
  }]],
  ["places in a list", { ...fine, items: [1, 5, "x"] }, [{ path: "/items/0", message: "must be >= 3" }, {
    path: "/items/2",
    message: "must be integer",
  }]],
  ["a name with a slash", { ...fine, "a/b": 1 }, [{ path: "/a~1b", message: "must be string" }]],
  ["a bad value of a map", { ...fine, map: { n: "x" } }, [{ path: "/map/n", message: "must be number" }]],
];
for (const [what, value, violations] of cases) {
  it(`${what}: ${violations.length === 0 ? "no violation" : "one message for each place"}`, () => {
    const byPath = (a: Violation, b: Violation) => a.path < b.path ? -1 : 1;
    assert.deepEqual(violationsOf(order, value).toSorted(byPath), violations.toSorted(byPath));
  });
}

it("a union of literals reads as a list", () => {
  const schema = JSON.parse(JSON.stringify(Type.Union([Type.Literal("a"), Type.Literal("b")]))) as unknown;
  assert.deepEqual(violationsOf(schema, "c"), [{ path: "", message: 'must be one of "a", "b"' }]);
});

it("violations come all at once, up to a bound, and TypeBox's own setting is put back", () => {
  const before = Settings.Get().maxErrors;
  const properties = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`p${at}`, { type: "string" }]));
  const value = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, at]));
  assert.equal(violationsOf({ type: "object", properties }, value(30)).length, 30);
  assert.equal(violationsOf({ type: "object", properties }, value(200)).length, VIOLATIONS_MAX);
  assert.equal(Settings.Get().maxErrors, before);
});

it("no message quotes what was sent", () => {
  const said = JSON.stringify(
    violationsOf(order, { ...fine, at: "canary", kind: "canary", either: ["canary"], map: { n: "canary" } }),
  );
  assert(!said.includes("canary"));
});

it("true allows all, false nothing", () => {
  assert.deepEqual(violationsOf(true, { a: 1 }), []);
  assert.deepEqual(violationsOf(false, { a: 1 }), [{ path: "", message: "is not allowed" }]);
});

const faults: [schema: unknown, fault: RegExp][] = [
  [{ type: "strin" }, /^\/type /],
  [{ type: "object", properties: { a: { minLength: -1 } } }, /\/properties\/a\/minLength must be >= 0/],
  [{ required: "a" }, /\/required must be array/],
  [{ type: "string", pattern: "(" }, /^\/pattern must match format "regex"$/],
  [{ patternProperties: { "(": {} } }, /regex/],
  [5, /neither an object nor a boolean/],
  [null, /neither an object nor a boolean/],
  [[], /neither an object nor a boolean/],
];
for (const [schema, fault] of faults) {
  it(`${JSON.stringify(schema)} is no schema`, () => assert.match(schemaFault(schema) ?? "", fault));
}

it("a schema, a boolean and what TypeBox makes are schemas", () => {
  for (const schema of [order, true, false, {}, Type.Object({ a: Type.Optional(Type.Array(Type.String())) })]) {
    assert.equal(schemaFault(schema), undefined);
  }
});
