import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as handler from "../src/handler.ts";
import * as mod from "../src/mod.ts";

describe("hookd, as a handler author imports it", () => {
  it("is the handler API, and nothing of the daemon", () => {
    assert.deepEqual(Object.keys(mod).sort(), Object.keys(handler).sort());
    for (const name of ["defineHandler", "Rejected", "RetryAfter", "Type"]) assert.ok(name in mod, name);
  });
});
