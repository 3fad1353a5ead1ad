/**
 * A worker thread comes up: guards, handlers, board, and then the message that it is ready. From here on the
 * thread outlives whatever a handler throws, and dies only when it is told to, by `process.exit` or by the
 * main thread's watch.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import process from "node:process";
// Not the global one: older versions of Deno give a number, which has no `unref`.
import { setInterval } from "node:timers";
import { threadId } from "node:worker_threads";
import type { HandlerDefinition } from "../../handler.ts";
import { createBoard, showBeat } from "../board.ts";
import type { DeclarationFault, Nudge, RunAnswer, RunRequest, ThreadMessage, ThreadSetup } from "../protocol.ts";
import { lineOf, sayingOf } from "./fault-line.ts";
import { importHandler, type ImportModule, importNatively } from "./load-handlers.ts";
import { guardProcess } from "./guard-process.ts";
import { ThreadRuns } from "./thread-runs.ts";

/** How often a thread shows a sign of life. */
const BEAT_MS = 50;

/** What piscina calls for each task. */
export type RunInThread = (task: RunRequest | Nudge) => Promise<RunAnswer>;

export async function openThread(setup: ThreadSetup, post: (message: ThreadMessage) => void): Promise<RunInThread> {
  const board = createBoard();
  const runs = new ThreadRuns({ board, post, resultBytesMax: setup.resultBytesMax });
  guardProcess(runs);
  const { handlers, faults } = await loadHandlers(setup);
  const drain = new Int32Array(setup.drain);
  setInterval(() => {
    showBeat(board, memoryBytes());
    if (Atomics.load(drain, 0) !== 0) runs.drain();
  }, BEAT_MS).unref();
  post({ kind: "ready", thread: threadId, board: board.buffer, faults });
  return (task) => {
    if (!("file" in task)) return Promise.resolve({ kind: "ok", result: "null" });
    const handler = handlers[task.file];
    return handler === undefined ? Promise.resolve(notLoaded(task)) : runs.run(handler, task);
  };
}

/** Heap and Buffers of this thread's isolate; `resourceLimits` would see only the heap. */
function memoryBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function loadHandlers({ files, sources }: ThreadSetup) {
  const load = sources === undefined ? importNatively : await importStripped(sources);
  const handlers: (HandlerDefinition | undefined)[] = [];
  const faults: DeclarationFault[] = [];
  for (const file of files) {
    try {
      handlers.push(await importHandler(file, load));
    } catch (error) {
      handlers.push(undefined);
      const line = lineOf(error, file, readFileSync(file, "utf8"));
      faults.push({ file: basename(file), message: sayingOf(error), ...(line === undefined ? {} : { line }) });
    }
  }
  return { handlers, faults };
}

/** Only where it is needed: Deno and newer Nodes load nothing of it. */
async function importStripped(sources: Map<string, string>): Promise<ImportModule> {
  const { StrippedModules } = await import("./stripped-modules.ts");
  const modules = new StrippedModules(sources);
  return (url) => modules.import(url);
}

/** Only if the file changed since it was discovered. */
function notLoaded(request: RunRequest): RunAnswer {
  const message = `The handler file of ${request.type} could not be imported when its thread was replaced`;
  return { kind: "failed", failure: { code: "ERR_HANDLER_INVALID", message } };
}
