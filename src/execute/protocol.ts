/**
 * What crosses between the main thread and a worker thread: bytes and flat data, never live objects.
 * Both sides import this file, `run-batch.ts`, `board.ts` and nothing else of each other.
 */
import type { MessagePort } from "node:worker_threads";
import type { Failure, LogLevel, Outcome } from "../model.ts";

/**
 * Who makes JavaScript of TypeScript in a thread: the runtime; its own loader with `thread/strip-hook.ts`; our
 * `thread/stripped-modules.ts`; or tsx, which takes all of TypeScript but costs each thread a second one for its hooks.
 */
export type Loading = "native" | "hooked" | "stripped" | "tsx";

/** Given to each thread as `workerData.hookd`. */
export interface ThreadSetup {
  /** Absolute paths of the handler files, sorted; the index is the handler's number. */
  files: readonly string[];
  loading: Loading;
  /** What discovery made of TypeScript, by URL; empty where the runtime or tsx loads it. */
  sources: Map<string, string>;
  /** One Int32, shared by all threads: not 0 once the pool drains. Threads look at it on each beat. */
  drain: SharedArrayBuffer;
  /** Longest JSON text that `run` may return, in bytes. */
  resultBytesMax: number;
}

/** One attempt, as a thread is given it. */
export interface RunRequest {
  /** Number of the run, 1 to 2^31-1, unique while it is in flight; written on the board. */
  run: number;
  /** Index into `ThreadSetup.files`. */
  file: number;
  /** Deadline, in ms from the start in the thread. */
  timeoutMs: number;
  attempt: number;
  id: string;
  source: string;
  type: string;
  key: string;
  orderingKey: string | undefined;
  receivedAt: number;
  /** Names and values in turn, joined by `HEADER_END`: one text crosses for less than many. */
  headers: string;
  /** The source's `data` reference: a JSON pointer into the body ("" is all of it), or undefined for text. */
  dataPointer: string | undefined;
  body: Uint8Array;
}

/** The only task that piscina sees: it starts a thread for one that finds none. Answered at once. */
export interface Nudge {
  kind: "nudge";
}

/** Posted by a thread outside any answer. */
export type ThreadMessage =
  /** Handlers are imported, and runs are taken at `port`. `faults`: files that discovery could import, and this not. */
  | {
    kind: "ready";
    thread: number;
    board: SharedArrayBuffer;
    port: MessagePort;
    faults: readonly DeclarationFault[];
  }
  /** `fields` is JSON text of an object. */
  | { kind: "log"; eventId: string; type: string; level: LogLevel; message: string; fields: string | undefined }
  /** Something was thrown after its run had ended, or by nobody known (`eventId` undefined). */
  | { kind: "stray"; eventId: string | undefined; failure: Failure };

/** Given to a thread of `discoverHandlers` as `workerData`. */
export interface DiscoveryOrigin {
  loading: Loading;
}

/** Posted to a thread of `discoverHandlers`, once. */
export interface DiscoverySetup {
  /** Absolute paths. */
  files: readonly string[];
  /** Where to begin. */
  from: number;
}

/** Posted by a thread of `discoverHandlers`, in this order for each file. */
export type DiscoveryMessage =
  | { kind: "begin"; index: number }
  | { kind: "declared"; declaration: Declaration }
  | { kind: "faulty"; fault: DeclarationFault }
  | { kind: "end"; sources: Map<string, string> };

/** What a handler file declares, as JSON: not checked yet, so each value may be anything. */
export interface Declaration {
  /** Absolute path. */
  file: string;
  events: unknown;
  /** JSON Schema that TypeBox compiled. */
  schema?: unknown;
  retry?: unknown;
  timeout?: unknown;
  /** Where in the file the properties above stand, from 1; for messages. */
  lines: Readonly<Record<string, number>>;
}

/** A handler file that cannot be used. */
export interface DeclarationFault {
  /** Relative to the handler folder. */
  file: string;
  /** From 1. */
  line?: number;
  message: string;
}

/** The answer to a run. An `interrupted` one gave way to the drain. */
export type RunAnswer = Outcome;
