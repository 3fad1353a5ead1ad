/** What commands get from the process and from the daemon; `main.ts` is the only place that fills it in. */
import type { Config } from "../config.ts";
import type { CapturedRequest } from "../captured-request.ts";
import type { Terminal } from "./terminal.ts";

/** A daemon that runs, as far as `serve` has to do with it. */
export interface RunningDaemon {
  /** `http://host:port` of the public listener, as bound. */
  readonly publicUrl: string;
  readonly adminUrl: string;
  /** The secret that `--dev` made, where a source uses it. */
  readonly devSecret?: string | undefined;
  /** Stops taking requests, lets attempts finish within `limits.drain`, closes. */
  drain(): Promise<void>;
  /** Takes up a changed configuration and changed handlers; keeps the old ones if the new are faulty. */
  reload(): Promise<void>;
}

export interface ProjectFaults {
  /** Each with its place, what was expected and what was found. */
  faults: readonly string[];
  warnings: readonly string[];
}

/** What the daemon would say of it. */
export interface SignatureVerdict {
  verdict: { kind: "verified"; keyIndex: number } | { kind: "unverified"; reason: string };
  /** What the signature ties down: `body`, `fields` or `none`. */
  binding: string;
}

export interface SignatureExplanation extends SignatureVerdict {
  /** Safe to paste: no secret, no signature. */
  findings: readonly { kind: string; text: string }[];
}

export interface Needs {
  terminal: Terminal;
  env: Readonly<Record<string, string | undefined>>;
  /** How hookd was called, ready for a shell: `node dist/src/main.js`. */
  invocation: string;
  version: string;
  /** Reads hookd.yaml. A source whose secret is not set gets `devSecret`. Rejects with `ERR_CONFIG_*`. */
  loadConfig(file: string, options: { devSecret: string }): Promise<Config>;
  checkProject(file: string, options: { dev: boolean }): Promise<ProjectFaults>;
  verifySignature(captured: CapturedRequest): Promise<SignatureVerdict>;
  explainSignature(captured: CapturedRequest): Promise<SignatureExplanation>;
  /** What is piped in, or of more than `bytesMax` that much and one byte; undefined where a person types. */
  readStdin(bytesMax: number): Promise<Uint8Array | undefined>;
  startDaemon(options: { configFile: string; dev: boolean }): Promise<RunningDaemon>;
  /** Calls back on each signal of that name; returns a function that ends it. */
  onSignal(name: "SIGINT" | "SIGTERM" | "SIGHUP", callback: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}
