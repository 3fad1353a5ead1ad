/**
 * What the benches measure: a server that takes signed webhooks on one path. Floors, hookd and its rivals implement the
 * same interface, so that one runner starts, loads and stops them all alike.
 */

/** A server that is measured: how it is started, and what it promises. */
export interface Subject {
  /** Short and stable, e.g. "express-bullmq-always". */
  name: string;
  title: string;
  /** What its 2xx means, in one sentence; and what it does not promise. */
  promises: string;
  lacks: string;
  shape?: RequestShape;
  /** Why it cannot run on this machine; undefined when it can. */
  unavailable(): Promise<string | undefined>;
  /** Versions of what runs. */
  versions(): Promise<Record<string, string>>;
  /** Fresh state in `folder` (an empty directory on the same file system for all). */
  start(folder: string): Promise<RunningSubject>;
}

/** What its requests look like, where it does not take what the others take. */
export interface RequestShape {
  path: string;
  /** The header that carries the idempotency key. */
  idempotencyHeader: string;
}

export interface RunningSubject {
  /** Where events are POSTed, http://127.0.0.1:port/path. */
  url: string;
  /** Of ours, each of which is one process. */
  pid?: number;
  /** Events whose handler has run to its end (and is settled) so far; undefined if it runs none. */
  handled?(): Promise<number>;
  stop(): Promise<void>;
}
