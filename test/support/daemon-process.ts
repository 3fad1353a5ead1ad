/**
 * The real daemon as a child process, on a folder of its own that outlives a kill: what a user runs, under the
 * runtime that runs the tests. A daemon that dies unasked fails the test with the end of what it printed.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { type Effect, parseEffects } from "./effects.ts";
import { assertDocumented, type Document, documentOrigins } from "./documented.ts";
import { tempFolder } from "./temp-folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const SECRET = "a secret of the path tests";
/** `node20`, `node24`, `deno`: the runtime that runs the tests and the daemon. */
export const RUNTIME = "Deno" in globalThis ? "deno" : `node${process.versions.node.split(".")[0]}`;

const READY_WITHIN_MS = 60_000;
const LINES_KEPT = 20_000;

export interface LogLine extends Record<string, unknown> {
  action?: string;
}

export interface DaemonSetup {
  /** Replaces keys of the base config, the top ones. */
  config?: Record<string, unknown>;
  /** Handler files that are copied into the daemon's own handler folder, which a test may then change. */
  handlers?: Record<string, string>;
  env?: Record<string, string>;
  /** How many of the latest lines `log` keeps; default 20 000. */
  linesKept?: number;
}

interface Ended {
  code: number | null;
  signal: string | null;
}

export class DaemonProcess {
  readonly folder: string;
  /** Parsed lines of stderr since the last start, the latest ones. */
  readonly log: LogLine[] = [];
  publicUrl = "";
  adminUrl = "";
  readonly #env: Record<string, string>;
  #document: Document | undefined;
  readonly #linesKept: number;
  readonly #watchers = new Set<() => void>();
  #child: ChildProcess | undefined;
  #ended: Promise<Ended> = Promise.resolve({ code: 0, signal: null });
  #tail: string[] = [];
  /** Whether an end of the child is what the test wants. */
  #endExpected = true;
  #died: string | undefined;

  /** Resolves when the daemon says that it is ready. A test ends it with `end`; one that fails need not. */
  static async start(setup: DaemonSetup = {}): Promise<DaemonProcess> {
    const daemon = new DaemonProcess(setup);
    after(() => daemon.kill());
    await daemon.launch();
    return daemon;
  }

  /** The last line of a test: the daemon goes, and must not have gone before. (Deno ignores what `after` throws.) */
  async end(): Promise<void> {
    await this.kill();
    assert.equal(this.#died, undefined, this.#died);
  }

  private constructor(setup: DaemonSetup) {
    this.folder = tempFolder();
    this.#linesKept = setup.linesKept ?? LINES_KEPT;
    this.#env = { HOOKD_SECRET: SECRET, HOOKD_TEST_EFFECTS: join(this.folder, "effects.jsonl"), ...setup.env };
    let handlers = join(ROOT, "test/fixtures/path/handlers");
    if (setup.handlers !== undefined) {
      handlers = join(this.folder, "handlers");
      mkdirSync(handlers);
      for (const [name, text] of Object.entries(setup.handlers)) this.write(join("handlers", name), text);
      // As in a user's project, where hookd is installed next to the handlers.
      mkdirSync(join(this.folder, "node_modules"));
      symlinkSync(ROOT, join(this.folder, "node_modules/hookd"));
    }
    this.configure({ ...baseConfig(handlers), ...setup.config });
  }

  /** Writes hookd.yaml; JSON is YAML. A running daemon reads it at SIGHUP. */
  configure(config: Record<string, unknown>): void {
    this.write("hookd.yaml", JSON.stringify(config, undefined, 2));
  }

  /** The config as it stands in hookd.yaml. */
  get config(): Record<string, unknown> {
    return JSON.parse(this.read("hookd.yaml"));
  }

  /** A file of the daemon's folder, `data/...` and `handlers/...` among them; "" when it is not there. */
  read(name: string): string {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** What the handlers did, in the order of doing. */
  effects(): Effect[] {
    return parseEffects(this.read("effects.jsonl"));
  }

  /** Lets the `work.gated` events end. */
  openGate(): void {
    this.write("effects.jsonl.open", "");
  }

  /** Starts it (again) on the same folder and waits until it is ready. */
  async launch(): Promise<void> {
    await this.begin();
    const ready = await this.logged((line) => line.action === "ready", { withinMs: READY_WITHIN_MS });
    this.publicUrl = String(ready.public);
    this.adminUrl = String(ready.admin);
    const read = () => this.#readDocument();
    // Read at once: what a killed daemon answered is held to it too.
    await read();
    documentOrigins([this.publicUrl, this.adminUrl], read);
  }

  async #readDocument(): Promise<Document> {
    const token = this.#env["HOOKD_ADMIN_TOKEN"];
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${this.adminUrl}/openapi.json`, { headers }).catch(() => undefined);
    if (answer?.ok) this.#document = await answer.json() as Document;
    assert(this.#document !== undefined, "The daemon gave no OpenAPI document");
    return this.#document;
  }

  /** Starts it and does not wait until it is ready. The log begins anew. */
  async begin(): Promise<void> {
    await this.#ended;
    this.log.length = 0;
    const child = spawn(process.execPath, [...command(), "serve", "--config", join(this.folder, "hookd.yaml")], {
      cwd: ROOT,
      env: { ...process.env, ...this.#env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#endExpected = false;
    this.#tail = [];
    createInterface(child.stdout).on("line", (line) => this.#keepTail(line));
    createInterface(child.stderr).on("line", (line) => this.#take(line));
    this.#ended = new Promise((resolve) => {
      child.on("close", (code, signal) => {
        if (!this.#endExpected) this.#died ??= `The daemon ended unasked: ${signal ?? code}\n${this.#tail.join("\n")}`;
        this.#child = undefined;
        resolve({ code, signal });
        this.#tellWatchers();
      });
    });
  }

  /** SIGKILL by default; resolves when the process is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<Ended> {
    this.#endExpected = true;
    this.#send(signal);
    return await this.#ended;
  }

  /** Drains, as an operator stops it; resolves to how it ended. */
  stop(): Promise<Ended> {
    return this.kill("SIGTERM");
  }

  /** Sends a signal and does not wait. `mayEnd`: the process may end of it. */
  signal(signal: NodeJS.Signals, { mayEnd = false } = {}): void {
    if (mayEnd) this.#endExpected = true;
    this.#send(signal);
  }

  /** Not `child.kill`: under Deno that makes an ended process look as if the signal had ended it. */
  #send(signal: NodeJS.Signals): void {
    try {
      if (this.#child?.pid !== undefined) process.kill(this.#child.pid, signal);
    } catch (error) {
      // It ended a moment ago; that is told in its own way.
      if ((error as { code?: string }).code !== "ESRCH") throw error;
    }
  }

  /** Resolves when the process is gone, however it came. */
  ended(): Promise<Ended> {
    return this.#ended;
  }

  /** The first line of the log that `wanted` accepts; waits for it. */
  logged(wanted: (line: LogLine) => boolean, { withinMs = 30_000 } = {}): Promise<LogLine> {
    return this.#waitFor("a line of the log", { withinMs, from: () => this.log.find(wanted) });
  }

  /** Calls the admin listener; the answer's JSON, whatever its status. Rejects an answer that is not documented. */
  async admin(path: string, init?: RequestInit): Promise<{ status: number; body: any }> {
    const response = await fetch(this.adminUrl + path, init);
    const text = await response.text();
    const { status } = response;
    const headers = Object.fromEntries(response.headers);
    await assertDocumented(this.adminUrl, { method: init?.method ?? "GET", path, status, headers, text });
    return { status, body: JSON.parse(text) };
  }

  /** Asks again and again until `wanted` gives something; for what no signal tells. */
  async until<T>(what: string, wanted: () => Promise<T | undefined> | T | undefined, withinMs = 60_000): Promise<T> {
    const deadline = performance.now() + withinMs;
    while (performance.now() < deadline) {
      if (this.#died !== undefined) throw new Error(this.#died);
      const found = await wanted();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${what} did not come within ${withinMs} ms\n${this.#tail.join("\n")}`);
  }

  /** Resolves when no event waits or runs. */
  async settled(withinMs?: number): Promise<void> {
    await this.until("the end of all work", async () => {
      // An idle connection may be ended at the moment when it is used again: asked once more.
      const metrics = await fetch(`${this.adminUrl}/metrics`).then((response) => response.text(), () => undefined);
      if (metrics === undefined) return undefined;
      const depth = /^hookd_queue_depth (\d+)/m.exec(metrics)?.[1];
      assert.notEqual(depth, undefined, "hookd_queue_depth is not among the metrics");
      return depth === "0" || undefined;
    }, withinMs);
  }

  #waitFor<T>(what: string, { withinMs, from }: { withinMs: number; from: () => T | undefined }): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        act();
      };
      const look = () => {
        const found = from();
        if (found !== undefined) end(() => resolve(found));
        else if (this.#child === undefined) {
          end(() => reject(new Error(this.#died ?? `The daemon ended before ${what} came`)));
        }
      };
      const late = () =>
        end(() => reject(new Error(`${what} did not come within ${withinMs} ms\n${this.#tail.join("\n")}`)));
      const timer = setTimeout(late, withinMs);
      this.#watchers.add(look);
      look();
    });
  }

  #take(text: string): void {
    this.#keepTail(text);
    try {
      this.log.push(JSON.parse(text));
    } catch {
      return;
    }
    if (this.log.length > this.#linesKept) this.log.splice(0, this.#linesKept / 2);
    this.#tellWatchers();
  }

  #keepTail(text: string): void {
    this.#tail.push(text);
    if (this.#tail.length > 60) this.#tail.shift();
  }

  #tellWatchers(): void {
    for (const look of [...this.#watchers]) look();
  }
}

/** How the runtime runs the daemon: Node the build, as its users do, and Deno the sources. */
function command(): string[] {
  if (RUNTIME === "deno") return ["run", "-A", "--no-check", join(ROOT, "src/main.ts")];
  const built = join(ROOT, "dist/src/main.js");
  assert.ok(existsSync(built), "The path tests run the build: `npm run build` first");
  return [built];
}

/** Ports of its own choice, quick retries, and one source of each kind that the path tests use. */
function baseConfig(handlers: string): Record<string, unknown> {
  const verify = { preset: "hookd", secrets: ["${env:HOOKD_SECRET}"] };
  return {
    listen: "127.0.0.1:0",
    admin: { listen: "127.0.0.1:0" },
    data: "./data",
    handlers,
    pool: { threads: 2, per_thread: 16 },
    retry: { attempts: 2, base: "10ms", max: "50ms" },
    log: { level: "info", sample: 1 },
    sources: {
      events: { path: "/webhooks/events", verify, mode: "ack", order: "json:/order" },
      sync: { path: "/webhooks/sync", verify, mode: "sync", order: "json:/order" },
      github: { path: "/webhooks/github", verify: { ...verify, preset: "github" }, mode: "ack" },
    },
  };
}
