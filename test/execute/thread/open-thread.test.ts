import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { readBoard } from "../../../src/execute/board.ts";
import type { ThreadMessage, ThreadSetup } from "../../../src/execute/protocol.ts";
import { loadingOf, workerEntry } from "../../../src/execute/worker-entry.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { ACTS } from "../a-pool.ts";

async function started(files: string[]) {
  const loading = loadingOf(files);
  const { filename, ...rest } = workerEntry("../../workers/main", loading);
  const setup: ThreadSetup = {
    files,
    loading,
    sources: new Map(),
    drain: new SharedArrayBuffer(4),
    resultBytesMax: 1_000,
  };
  const worker = new Worker(filename, { ...rest, workerData: { hookd: setup } });
  // As piscina's own entry does: it keeps the thread alive.
  const message = await new Promise<ThreadMessage>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  assert.equal(message.kind, "ready");
  if (message.kind !== "ready") throw new Error("not ready");
  return { worker, ready: message };
}

describe("openThread", () => {
  it("is ready with its board and without faults when the handlers are imported", async () => {
    const { worker, ready } = await started([ACTS]);
    assert.deepEqual([ready.thread, ready.faults], [worker.threadId, []]);
    assert.equal(readBoard(new Int32Array(ready.board)).culprit, 0);
    await worker.terminate();
  });

  it("comes up without a handler that fails, and tells which and where", async () => {
    const file = join(tempFolder(), "broken.mjs");
    writeFileSync(file, "\nthrow new Error('broken');\n");
    const { worker, ready } = await started([file, ACTS]);
    assert.deepEqual(ready.faults, [{ file: "broken.mjs", line: 2, message: "Error: broken" }]);
    await worker.terminate();
  });
});
