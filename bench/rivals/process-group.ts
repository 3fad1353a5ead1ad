/**
 * A rival's process with all that it starts: one process group, so that stopping it leaves nothing behind, neither the
 * workers of a pool nor a command under way. What the processes say is kept in a file beside their state.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const READY_MS = 30_000;
const GONE_MS = 10_000;
const POLL_MS = 20;

/** Where the servers and their packages are, also for a build that runs from dist/. */
export const RIVALS_FOLDER = fileURLToPath(new URL(".", import.meta.url)).replace(
  /dist[\\/]bench[\\/]rivals[\\/]$/,
  "bench/rivals/",
);

/** The servers of rivals run on Node, also where the bench itself runs on Deno. */
export const NODE = "Deno" in globalThis ? "node" : process.execPath;

export interface Command {
  /** Names its log: `<folder>/<name>.log`. */
  name: string;
  /** The program and its arguments. */
  run: readonly [string, ...string[]];
  /** Its working directory. */
  folder: string;
  /** Added to our environment. */
  env?: Record<string, string>;
}

const running = new Set<ProcessGroup>();

/** A bench that dies takes its rivals along. */
process.once("exit", () => {
  for (const group of running) group.kill();
});
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.once(signal, () => process.exit(code));
}

export class ProcessGroup {
  #child: ChildProcess;
  #log: string;
  #ended = false;

  constructor({ name, run: [program, ...args], folder, env }: Command) {
    this.#log = join(folder, `${name}.log`);
    const log = openSync(this.#log, "a");
    this.#child = spawn(program, args, {
      cwd: folder,
      // Options of the bench's own runtime, such as a loader, are not theirs.
      env: { ...process.env, NODE_OPTIONS: "", NODE_ENV: "production", ...env },
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    this.#child.once("exit", () => this.#ended = true);
    this.#child.once("error", () => this.#ended = true);
    running.add(this);
  }

  /** Resolves once something listens on the port; throws with the log's end when the process dies before. */
  async ready(port: number): Promise<void> {
    const end = performance.now() + READY_MS;
    while (!await answers(port)) {
      if (this.#ended) throw new Error(`It died before it listened on ${port}:\n${this.#logEnd()}`);
      if (performance.now() > end) throw new Error(`Nothing listens on ${port}:\n${this.#logEnd()}`);
      await pause(POLL_MS);
    }
  }

  /** Kills all of it at once, since its state is thrown away, and waits until no process of it is left. */
  async stop(): Promise<void> {
    const end = performance.now() + GONE_MS;
    while (this.kill()) {
      if (performance.now() > end) throw new Error(`The processes of ${this.#log} cannot be killed`);
      await pause(POLL_MS);
    }
    running.delete(this);
  }

  /** Whether there was still something to kill. */
  kill(): boolean {
    if (this.#child.pid === undefined) return false;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
      return true;
    } catch {
      return false;
    }
  }

  #logEnd(): string {
    return readFileSync(this.#log, "utf8").slice(-2000);
  }
}

/** Stops the last one first, as it leans on those before it. */
export async function stopAll(groups: readonly ProcessGroup[]): Promise<void> {
  for (const group of groups.toReversed()) await group.stop();
}

/** Polls until it holds. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + READY_MS;
  while (!await holds()) {
    if (performance.now() > end) throw new Error(`${what} is not ready after ${READY_MS} ms`);
    await pause(POLL_MS);
  }
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
