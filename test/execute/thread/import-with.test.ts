import assert from "node:assert/strict";
import process from "node:process";
import { describe, it } from "node:test";
import { importWith } from "../../../src/execute/thread/import-with.ts";
import { importNatively } from "../../../src/execute/thread/load-handlers.ts";
import { imported } from "./imported.ts";

const BROKEN = { "a.ts": "export default (): string => { throw new Error('old'); };\n" };

describe("importWith", () => {
  it("is the runtime's own import where nothing else is needed", async () => {
    for (const loading of ["native", "tsx"] as const) {
      assert.equal(await importWith(loading, new Map()), importNatively);
    }
  });

  it("strips in the way of this Node", { skip: process.versions["deno"] !== undefined }, async () => {
    const loading = (process.features as { typescript?: unknown }).typescript ? "hooked" : "stripped";
    const { thrown, sources } = await imported(loading, BROKEN);
    assert.deepEqual([thrown?.[1], sources.length], ["old", 1]);
  });
});
