import assert from "node:assert/strict";
import { it } from "node:test";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { Settings } from "typebox/system";
import { schemaErrors } from "../src/schema-errors.ts";

const numbers = Compile(Type.Array(Type.Number()));
const texts = Array.from({ length: 100 }, () => "no number");

it("tells as many errors as are asked for, and leaves the process's own limit as it was", () => {
  const before = Settings.Get().maxErrors;
  assert.equal(schemaErrors(numbers, texts, 1000).length, 100);
  assert.equal(schemaErrors(numbers, texts, 20).length, 20);
  assert.deepEqual(schemaErrors(numbers, [1], 20), []);
  assert.equal(Settings.Get().maxErrors, before);
});
