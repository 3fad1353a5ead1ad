/**
 * A worker thread comes up: guards, handlers, board, and then the message that it is ready. From here on the
 * thread outlives whatever a handler throws, and dies only when it is told to, by `process.exit` or by the
 * main thread's watch.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
// Not the global one: older versions of Deno give a number, which has no `unref`.
import { setInterval } from "node:timers";
import { MessageChannel, threadId, type TransferListItem } from "node:worker_threads";
import type { HandlerDefinition } from "../../handler.ts";
import { createBoard, showBeat } from "../board.ts";
import type { DeclarationFault, ThreadMessage, ThreadSetup } from "../protocol.ts";
import { type RunBatch, unpackRuns } from "../run-batch.ts";
import { lineOf, sayingOf } from "./fault-line.ts";
import { importHandler } from "./load-handlers.ts";
import { importWith } from "./import-with.ts";
import { guardProcess } from "./guard-process.ts";
import { ThreadRuns } from "./thread-runs.ts";

/** How often a thread shows a sign of life. */
const BEAT_MS = 50;

export type Post = (message: ThreadMessage, transfer?: TransferListItem[]) => void;

export async function openThread(setup: ThreadSetup, post: Post): Promise<void> {
  const board = createBoard();
  const { port1: inner, port2: port } = new MessageChannel();
  let handlers: readonly (HandlerDefinition | undefined)[] = [];
  const runs = new ThreadRuns({
    board,
    post,
    resultBytesMax: setup.resultBytesMax,
    handlerOf: (file) => handlers[file],
    now: () => performance.now(),
    answer: (answers) => inner.postMessage(answers),
  });
  guardProcess(runs);
  const loaded = await loadHandlers(setup);
  handlers = loaded.handlers;
  const drain = new Int32Array(setup.drain);
  setInterval(() => {
    showBeat(board, memoryBytes());
    if (Atomics.load(drain, 0) !== 0) runs.drain();
  }, BEAT_MS).unref();
  inner.on("message", (batch: RunBatch) => runs.take(unpackRuns(batch)));
  post({ kind: "ready", thread: threadId, board: board.buffer, port, faults: loaded.faults }, [port]);
}

/** Heap and Buffers of this thread's isolate; `resourceLimits` would see only the heap. */
function memoryBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function loadHandlers({ files, loading, sources }: ThreadSetup) {
  const load = await importWith(loading, sources);
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
