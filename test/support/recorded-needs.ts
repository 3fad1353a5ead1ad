/** The CLI's needs without a process: what it writes is kept, signals are given by the test. */
import { Writable } from "node:stream";
import type { Needs } from "../../src/cli/needs.ts";
import { createOutput } from "../../src/cli/terminal.ts";

export interface RecordedNeeds extends Needs {
  /** All that was written to stdout so far. */
  out(): string;
  err(): string;
  signal(name: "SIGINT" | "SIGTERM" | "SIGHUP"): void;
  /** Names of signals that are listened for. */
  listening(): string[];
  /** Exit codes that were asked for. */
  exits: number[];
}

const unwanted = (what: string) => () => Promise.reject(new Error(`${what} was not expected`));

export function recordedNeeds(over: Partial<Needs> = {}, { isTTY = false } = {}): RecordedNeeds {
  const [out, err] = [new Kept(isTTY), new Kept(isTTY)];
  const listeners = new Set<{ name: string; callback: () => void }>();
  const exits: number[] = [];
  return {
    // Without colour: what is tested is the text.
    terminal: { out: createOutput(out, { NO_COLOR: "1" }), err: createOutput(err, { NO_COLOR: "1" }) },
    env: {},
    invocation: "hookd",
    version: "1.2.3",
    loadConfig: unwanted("loadConfig"),
    checkProject: unwanted("checkProject"),
    verifySignature: unwanted("verifySignature"),
    explainSignature: unwanted("explainSignature"),
    readStdin: unwanted("readStdin"),
    startDaemon: unwanted("startDaemon"),
    onSignal(name, callback) {
      const listener = { name, callback };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    exit: (code) => void exits.push(code),
    ...over,
    exits,
    out: () => out.text,
    err: () => err.text,
    signal: (name) => [...listeners].filter((listener) => listener.name === name).forEach(({ callback }) => callback()),
    listening: () => [...listeners].map(({ name }) => name),
  };
}

class Kept extends Writable {
  text = "";
  readonly columns = 80;
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}
