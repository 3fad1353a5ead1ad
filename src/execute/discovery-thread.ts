/**
 * A thread in which handler files are imported for the first time, from the side of the main thread. It may be started
 * before anybody knows which files there are: it comes up while the main thread loads its modules and the config.
 */
import { Worker } from "node:worker_threads";
import { messageOf } from "../errors.ts";
import type {
  Declaration,
  DeclarationFault,
  DiscoveryMessage,
  DiscoveryOrigin,
  DiscoverySetup,
  Loading,
} from "./protocol.ts";
import { likelyLoading, workerEntry } from "./worker-entry.ts";

export interface DiscoveryThread {
  loading: Loading;
  worker: Worker;
  /** How it ended, for whoever did not end it. */
  ended: Promise<string>;
}

export function startDiscoveryThread(loading: Loading = likelyLoading()): DiscoveryThread {
  const { filename, ...rest } = workerEntry("../execute/thread/declare", loading);
  const workerData: DiscoveryOrigin = { loading };
  const worker = new Worker(filename, { ...rest, workerData });
  const ended = new Promise<string>((resolve) => {
    worker.on("error", (error: Error) => resolve(`ends its thread when it is imported: ${messageOf(error)}`));
    worker.on("exit", (code) => resolve(`ends its thread when it is imported (exit code ${code})`));
  });
  return { loading, worker, ended };
}

export interface ImportOptions {
  files: readonly string[];
  /** Where to begin. */
  from: number;
  importTimeoutMs: number;
}

export interface Found {
  declarations: Declaration[];
  faults: DeclarationFault[];
  /** JavaScript by the URL of its TypeScript, as far as this thread stripped it. */
  sources: Map<string, string>;
  /** The first file that was not looked at. */
  next: number;
}

/** How long the thread may take to come up, before it imports the first file. */
const START_MS_MAX = 30_000;

/** Imports files in the thread, up to the first that takes the thread with it or hangs in it; then the thread ends. */
export function importFrom(thread: DiscoveryThread, { files, from, importTimeoutMs }: ImportOptions): Promise<Found> {
  const found: Found = { declarations: [], faults: [], sources: new Map(), next: from + 1 };
  const { worker } = thread;
  return new Promise((resolve) => {
    let told = false;
    let done = false;
    const hang = () => giveUp(`is not imported after ${importTimeoutMs} ms`);
    let timer = setTimeout(hang, START_MS_MAX);
    const end = () => {
      done = true;
      clearTimeout(timer);
      void worker.terminate().finally(() => resolve(found));
    };
    /** The file under way holds or ended the thread: unless the thread told why itself, `message` does. */
    const giveUp = (message: string) => {
      if (done) return;
      if (!told) found.faults.push({ file: files[found.next - 1]!, message });
      end();
    };
    worker.on("message", (message: DiscoveryMessage) => {
      switch (message.kind) {
        case "begin":
          found.next = message.index + 1;
          told = false;
          clearTimeout(timer);
          timer = setTimeout(hang, importTimeoutMs);
          break;
        case "declared":
          found.declarations.push(message.declaration);
          break;
        case "faulty":
          found.faults.push(message.fault);
          told = true;
          break;
        case "end":
          found.sources = message.sources;
          end();
          break;
      }
    });
    void thread.ended.then(giveUp);
    const setup: DiscoverySetup = { files, from };
    worker.postMessage(setup);
  });
}
