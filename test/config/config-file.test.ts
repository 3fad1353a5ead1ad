import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Compile } from "typebox/compile";
import { parse } from "yaml";
import { publishedSchema } from "../../src/config/config-file.ts";

const schema = JSON.parse(publishedSchema());

describe("hookd.schema.json", () => {
  it("is the schema that checks hookd.yaml; else run `npm run schema`", () => {
    assert.equal(readFileSync("hookd.schema.json", "utf8"), publishedSchema());
  });

  it("is of draft 2020-12 and has an id", () => {
    assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
    assert.equal(schema.$id, "https://hookd.dev/hookd.schema.json");
  });

  it("demands only what has no default", () => {
    const source = Object.values<{ required: string[]; properties: { verify: object } }>(
      schema.properties.sources.patternProperties,
    )[0];
    assert.deepEqual(schema.required, ["sources"]);
    assert.deepEqual(source?.required, ["path", "verify"]);
    assert.ok(!("required" in schema.properties.limits));
    assert.ok(!("required" in (source?.properties.verify ?? {})));
  });

  const plain = Compile(schema);
  it("takes the shipped hookd.yaml as it is written", () => {
    assert.deepEqual(plain.Errors(parse(readFileSync("hookd.yaml", "utf8"))), []);
  });

  const bad: [name: string, file: object][] = [
    ["no sources", {}],
    ["an unknown key", { sources: { a: { path: "/a", verify: {} } }, colour: 1 }],
    ["a bad source name", { sources: { "A b": { path: "/a", verify: {} } } }],
    ["a source without a path", { sources: { a: { verify: {} } } }],
    ["a number for a duration", { sources: { a: { path: "/a", verify: {} } }, sync_deadline: 10 }],
    ["an unknown mode", { sources: { a: { path: "/a", verify: {}, mode: "snyc" } } }],
  ];
  for (const [name, file] of bad) it(`refuses ${name}`, () => assert.equal(plain.Check(file), false));

  it("describes each setting, and is a sentence where an editor shows one", () => {
    assert.deepEqual(settings(schema).filter(([, { description, type }]) => !description && type !== "object"), []);
    for (const [path, { errorMessage }] of settings(schema)) {
      assert.match(errorMessage ?? "Expected ", /^Expected /, path);
    }
  });
});

interface Node {
  type?: string;
  description?: string;
  errorMessage?: string;
  properties?: Record<string, Node>;
  patternProperties?: Record<string, Node>;
}

/** Each setting below a schema, with its path. */
function settings({ properties, patternProperties }: Node, above = ""): [string, Node][] {
  return Object.entries({ ...properties, ...patternProperties }).flatMap(([name, node]) => {
    const path = `${above}/${name}`;
    return [[path, node] as [string, Node], ...settings(node, path)];
  });
}
