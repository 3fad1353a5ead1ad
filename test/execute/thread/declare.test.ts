import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import type { DiscoveryMessage, DiscoveryOrigin, DiscoverySetup } from "../../../src/execute/protocol.ts";
import { loadingOf, workerEntry } from "../../../src/execute/worker-entry.ts";
import { ACTS } from "../a-pool.ts";

describe("the thread that reads declarations", () => {
  it("begins where it is told, and tells each step", async () => {
    const { filename, ...rest } = workerEntry("../execute/thread/declare", loadingOf([ACTS]));
    const files = ["/never/imported.ts", ACTS];
    const origin: DiscoveryOrigin = { loading: "native" };
    const worker = new Worker(filename, { ...rest, workerData: origin });
    const setup: DiscoverySetup = { files, from: 1 };
    worker.postMessage(setup);
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
