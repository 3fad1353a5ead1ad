/**
 * Entry of each worker thread: piscina imports it. All of the thread's side of hookd is behind `openThread`; the
 * files in `handlers/` are the user's.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Nudge, ThreadSetup } from "../src/execute/protocol.ts";
import { openThread } from "../src/execute/thread/open-thread.ts";

// The await makes this file a module that `require` refuses: piscina tries that first, and a handler that is
// itself a module must be imported once, not twice.
await openThread((workerData as { hookd: ThreadSetup }).hookd, (message, transfer) => {
  parentPort?.postMessage(message, transfer);
});

/** The one task that piscina has for a thread: that it is there. Runs come by a port of their own. */
export const run = (_nudge: Nudge): void => {};
