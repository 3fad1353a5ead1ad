/**
 * The real daemon as a process of its own, on ports of the system's choice, with a handler of the bench: started,
 * looked at from outside and stopped.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { memoryMb } from "./cpu-time.ts";
import { IS_DENO } from "./keep-result.ts";
import { ROOT } from "./root.ts";
import type { RunningSubject, Subject } from "./subject.ts";
import { DENO_RUNTIME, NODE, type Runtime } from "./subjects/runtime.ts";
import { BENCH_EVENT_TYPE, BENCH_PATH, BENCH_SECRET } from "./terms.ts";

export interface DaemonOptions {
  /** Holds config, handler and, unless the config says otherwise, the data. */
  folder: string;
  /** The rest of the handler's definition; `run() {}` if left out. */
  handler?: string;
  /** What differs from the defaults that users get. */
  config?: Record<string, unknown>;
  /** What differs in the one source. */
  source?: Record<string, unknown>;
  /** Further sources by name, each at /webhooks/<name>. */
  more?: Record<string, Record<string, unknown>>;
  /** The one that the bench itself runs on, if left out. */
  runtime?: Runtime;
}

/** What the bench itself runs on. */
const OWN: Runtime = IS_DENO ? DENO_RUNTIME : NODE;

/** The runtime by its name, e.g. of an option; the bench's own one by default. */
export function runtimeNamed(name: string = OWN.name): Runtime {
  return name === "deno" ? DENO_RUNTIME : NODE;
}

export class BenchDaemon {
  readonly pid: number;
  /** Where events are POSTed. */
  readonly url: string;
  readonly admin: string;
  /** From the start of the process to the line that says ready. */
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;

  private constructor(child: ChildProcess, ready: { public: string; admin: string; readyMs: number }) {
    this.#child = child;
    this.#gone = new Promise((resolve) => child.once("close", resolve));
    this.pid = child.pid!;
    this.url = ready.public + BENCH_PATH;
    this.admin = ready.admin;
    this.readyMs = ready.readyMs;
  }

  static async start(options: DaemonOptions): Promise<BenchDaemon> {
    const config = writeProject(options);
    const [command = "", ...args] = (options.runtime ?? OWN).command("src/main");
    const startedAt = performance.now();
    const child = spawn(command, [...args, "serve", "--config", config], {
      env: { ...process.env, HOOKD_SECRET: BENCH_SECRET },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const ready = await readyLine(child);
    return new BenchDaemon(child, { ...ready, readyMs: performance.now() - startedAt });
  }

  /** All metrics as text. */
  async metrics(): Promise<string> {
    return await (await fetch(`${this.admin}/metrics`)).text();
  }

  /** One metric without labels. */
  async metric(name: string): Promise<number> {
    const value = new RegExp(`^${name} (\\S+)`, "m").exec(await this.metrics())?.[1];
    if (value === undefined) throw new Error(`${name} is not among the metrics`);
    return Number(value);
  }

  /** Events that a handler completed since the start. Cheaper for the daemon than a scrape. */
  async processed(): Promise<number> {
    const stats = await (await fetch(`${this.admin}/stats`)).json() as { total_processed: number };
    return stats.total_processed;
  }

  /** By the kernel's account; where it keeps none, by the daemon's own. */
  async memory(): Promise<{ rssMb: number; peakRssMb?: number }> {
    return memoryMb(this.pid) ?? { rssMb: await this.metric("process_resident_memory_bytes") / 2 ** 20 };
  }

  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    this.#child.kill(signal);
    await this.#gone;
  }
}

function writeProject({ folder, handler = "run() {}", config = {}, source = {}, more = {}, runtime }: DaemonOptions) {
  const handlers = join(folder, "handlers");
  mkdirSync(handlers, { recursive: true });
  writeHandler(join(handlers, "bench-event.ts"), handler, runtime);
  const file = join(folder, "hookd.yaml");
  const verify = { preset: "hookd", secrets: ["${env:HOOKD_SECRET}"] };
  const further = Object.entries(more).map(([name, its]) => [name, { path: `/webhooks/${name}`, verify, ...its }]);
  writeFileSync(
    file,
    JSON.stringify({
      listen: "127.0.0.1:0",
      admin: { listen: "127.0.0.1:0" },
      data: join(folder, "data"),
      handlers,
      log: { sample: 0 },
      ...config,
      sources: { bench: { path: BENCH_PATH, verify, mode: "ack", ...source }, ...Object.fromEntries(further) },
    }),
  );
  return file;
}

/** The rest of a handler's definition as a file of TypeScript, which finds hookd from any folder. */
export function writeHandler(file: string, rest: string, runtime = OWN): void {
  const hookd = join(ROOT, runtime.name === "deno" ? "src/handler.ts" : "dist/src/handler.js");
  writeFileSync(
    file,
    `import { defineHandler } from ${JSON.stringify(pathToFileURL(hookd).href)};\n\n` +
      `export default defineHandler({ event: "${BENCH_EVENT_TYPE}", ${rest} });\n`,
  );
}

async function readyLine(child: ChildProcess): Promise<{ public: string; admin: string }> {
  const seen: string[] = [];
  for await (const line of createInterface(child.stderr!)) {
    seen.push(line);
    if (!line.includes('"action":"ready"')) continue;
    // Nobody reads on: what the daemon still writes must not fill the pipe.
    child.stderr!.resume();
    return JSON.parse(line);
  }
  throw new Error(`The daemon ended before it was ready:\n${seen.slice(-20).join("\n")}`);
}

/** The daemon as the comparison's runner takes it. */
export function daemonSubject(name: string, options: Omit<DaemonOptions, "folder">): Subject {
  return {
    name,
    title: name,
    promises: "verified, on disk, handled and settled",
    lacks: "",
    unavailable: async () => undefined,
    versions: async () => ({}),
    async start(folder): Promise<RunningSubject> {
      const daemon = await BenchDaemon.start({ ...options, folder });
      return { url: daemon.url, handled: () => daemon.processed(), stop: () => daemon.stop("SIGKILL") };
    },
  };
}
