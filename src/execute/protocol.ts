/**
 * What crosses between the main thread and a worker thread: bytes and flat data, never live objects.
 * Both sides import this file and nothing else of each other.
 */
import type { Failure, LogLevel, Outcome, RawHeaders } from "../model.ts";

/** Given to each thread as `workerData.hookd`. */
export interface ThreadSetup {
  /** Absolute paths of the handler files, sorted; the index is the handler's number. */
  files: readonly string[];
  /** Shared board on which threads show signs of life; see `board.ts`. */
  board: SharedArrayBuffer;
  /** Longest JSON text that `run` may return, in bytes. */
  resultBytesMax: number;
}

/** One attempt, as it is posted to a thread. */
export interface RunRequest {
  /** Number of the run, unique while it is in flight; written on the board. */
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
  headers: RawHeaders;
  /** The source's `data` reference: a JSON pointer into the body ("" is all of it), or undefined for text. */
  dataPointer: string | undefined;
  body: Uint8Array;
}

/** How it ended; a `stray` or `log` comes over the thread's own port, not as the answer. */
export type RunAnswer = Exclude<Outcome, { kind: "interrupted" }>;

/** Posted by a thread outside any answer. */
export type ThreadMessage =
  | { kind: "log"; run: number; level: LogLevel; message: string; fields?: Record<string, unknown> }
  /** Something was thrown after its run had ended, or by nobody known (`run` undefined). */
  | { kind: "stray"; run: number | undefined; failure: Failure };

/** What a handler file declares, as JSON. */
export interface Declaration {
  file: string;
  events: readonly string[];
  /** JSON Schema. */
  schema?: unknown;
  retry?: {
    attempts?: number;
    base?: string | number;
    factor?: number;
    max?: string | number;
    jitter?: "full" | "none";
  };
  timeout?: string | number;
}

/** A handler file that cannot be used. */
export interface DeclarationFault {
  file: string;
  line?: number;
  message: string;
}
