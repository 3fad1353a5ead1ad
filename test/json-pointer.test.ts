import { strict as assert } from "node:assert";
import { test } from "node:test";
import { pointerStep, pointerSteps } from "../src/json-pointer.ts";

test("steps are unescaped, each once", () => {
  assert.deepEqual(pointerSteps("/a~1b/~01/*"), ["a/b", "~1", "*"]);
  assert.deepEqual(pointerSteps("/"), [""]);
  assert.deepEqual(pointerSteps(""), []);
});

test("a name that was escaped comes back as it was", () => {
  for (const name of ["", "plain", "a/b", "~1", "~01", "/~/"]) {
    assert.deepEqual(pointerSteps(`/${pointerStep(name)}`), [name]);
  }
});
