import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import process from "node:process";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { loadingOf, workerEntry } from "../../src/execute/worker-entry.ts";

describe("workerEntry", () => {
  it("names the entry with the extension that this build has", () => {
    const { filename } = workerEntry("../../workers/main", loadingOf([]));
    assert.match(filename, /workers[\\/]main\.ts$/);
    assert.ok(existsSync(filename));
  });

  it("starts a thread in which a TypeScript entry runs, on this runtime", async () => {
    const { filename, ...rest } = workerEntry("../execute/thread/declare", loadingOf([]));
    const worker = new Worker(filename, { ...rest, workerData: { loading: "native" } });
    worker.postMessage({ files: [], from: 0 });
    const message = await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    assert.deepEqual(message, { kind: "end", sources: new Map() });
    await worker.terminate();
  });

  it("loads no compiler where the runtime is one", () => {
    const isNative = "Deno" in globalThis || Boolean((process.features as { typescript?: unknown }).typescript);
    assert.equal(workerEntry("../../workers/main", loadingOf(["a.ts"])).execArgv === undefined, isNative);
  });
});
