import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { discoverHandlers } from "../../src/execute/discover-handlers.ts";
import { type Found, importFrom, startDiscoveryThread } from "../../src/execute/discovery-thread.ts";
import { ACTS } from "./a-pool.ts";

const importTimeoutMs = 20_000;

function summary({ declarations, faults, next }: Found) {
  return { files: declarations.map(({ file }) => file), faults, next };
}

describe("a thread of discovery", () => {
  it("waits for the files, and ends when it has imported them", async () => {
    const thread = startDiscoveryThread();
    await new Promise((resolve) => thread.worker.once("online", resolve));
    const found = await importFrom(thread, { files: [ACTS], from: 0, importTimeoutMs });
    assert.deepEqual(summary(found), { files: [ACTS], faults: [], next: 1 });
    assert.match(await thread.ended, /exit code/);
  });

  it("lays its end to the file under way, also when it ended before", async () => {
    const thread = startDiscoveryThread();
    await thread.worker.terminate();
    const { files, faults, next } = summary(await importFrom(thread, { files: [ACTS], from: 0, importTimeoutMs }));
    assert.deepEqual([files, faults.map(({ file }) => file), next], [[], [ACTS], 1]);
  });
});

describe("discoverHandlers with a thread that was started early", () => {
  it("leaves it to whoever started it when the folder holds nothing to import", async () => {
    const thread = startDiscoveryThread();
    const found = await discoverHandlers("/never/there", { thread });
    assert.equal(found.kind, "faulty");
    await thread.worker.terminate();
    assert.match(await thread.ended, /exit code/);
  });
});
