import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import type { DiscoveryMessage } from "../../../src/execute/protocol.ts";
import { workerEntry } from "../../../src/execute/worker-entry.ts";
import { ACTS } from "../a-pool.ts";

describe("the thread that reads declarations", () => {
  it("begins where it is told, and tells each step", async () => {
    const { filename, ...rest } = workerEntry("./thread/declare", [ACTS]);
    const files = ["/never/imported.ts", ACTS];
    const worker = new Worker(filename, { ...rest, workerData: { discovery: { files, from: 1 } } });
    const messages: DiscoveryMessage[] = [];
    await new Promise<void>((resolve, reject) => {
      worker.on("error", reject);
      worker.on("message", (message: DiscoveryMessage) => {
        messages.push(message);
        if (message.kind === "end") resolve();
      });
    });
    assert.deepEqual(messages.map(({ kind }) => kind), ["begin", "declared", "end"]);
    const [begin, declared] = messages;
    assert.deepEqual(begin, { kind: "begin", index: 1 });
    assert.deepEqual(declared?.kind === "declared" && [declared.declaration.file, declared.declaration.events], [
      ACTS,
      "act.*",
    ]);
    await worker.terminate();
  });
});
