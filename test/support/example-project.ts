/**
 * A clone as a reader of the docs has it, with `hookd serve --dev` running on the shipped hookd.yaml: the same files
 * in a folder of its own. Commands run in bash as they are written, but for how hookd and the runtime are called and
 * for the ports.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { LogLine } from "./daemon-process.ts";
import { tempFolder } from "./temp-folder.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FILES = ["package.json", "deno.json", "deno.lock", "hookd.yaml", "hookd.schema.json", "dist", "src", "workers"];
const isDeno = process.versions.deno !== undefined;
/** How a reader's runtime runs hookd, from the folder of the project. */
const HOOKD = isDeno ? ["run", "-A", "--no-check", "--quiet", "src/main.ts"] : ["dist/src/main.js"];
const COMMAND_MS = 30_000;
const LOG_MS = 30_000;

export interface Printed {
  code: number | null;
  out: string;
  err: string;
}

export class ExampleProject {
  readonly folder = tempFolder();
  /** Lines that the daemon has logged. */
  readonly log: LogLine[] = [];
  /** What it printed for a reader to paste. */
  printed = "";
  /** Address in the docs, and here. */
  readonly #ports: [documented: string, actual: string][] = [];
  #daemon: ChildProcess | undefined;
  #err = "";

  /** Resolves when the daemon is ready and has said what to paste. */
  static async start(): Promise<ExampleProject> {
    const project = new ExampleProject();
    for (const documented of ["127.0.0.1:8080", "127.0.0.1:9464"]) await project.replacePort(documented);
    for (const file of FILES) {
      if (existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(project.folder, file), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(project.folder, "node_modules"));
    project.write("hookd.yaml", readFileSync(join(ROOT, "hookd.yaml"), "utf8"));
    await project.#serve();
    return project;
  }

  /** From now on an address of the docs stands for a free one; returns that. */
  async replacePort(documented: string): Promise<string> {
    const actual = `127.0.0.1:${await freePort()}`;
    this.#ports.push([documented, actual]);
    return actual;
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), this.#here(text));
  }

  /** Runs a command of the docs; its output has the addresses of the docs. */
  async run(command: string): Promise<Printed> {
    const runtime = quoted(process.execPath);
    const prelude = `hookd() { ${runtime} ${HOOKD.join(" ")} "$@"; }; ${
      isDeno ? "deno" : "node"
    }() { ${runtime} "$@"; }\n`;
    const { NO_COLOR: _, FORCE_COLOR: __, HOOKD_SECRET: ___, HOOKD_ADMIN_TOKEN: ____, ...env } = process.env;
    const child = spawn("bash", ["-c", prelude + this.#here(command)], {
      cwd: this.folder,
      // Node tells its child processes that they run under its test runner, and such a one reports in a way of its own.
      env: { ...env, NODE_TEST_CONTEXT: undefined },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: COMMAND_MS,
    });
    const printed = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => printed.out += text);
    child.stderr.setEncoding("utf8").on("data", (text: string) => printed.err += text);
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { code, out: this.#documented(printed.out), err: this.#documented(printed.err) };
  }

  /** The first `count` lines logged since `from` (a length of `log`) that are not about events from before. */
  async logged(from: number, count: number): Promise<string> {
    const old = new Set<unknown>(
      this.log.slice(0, from).map(({ event_id }) => event_id).filter((id) => id !== undefined),
    );
    const lines = () => this.log.slice(from).filter(({ event_id }) => !old.has(event_id));
    await this.#until(`${count} lines of log`, () => lines().length >= count);
    return this.#documented(lines().slice(0, count).map((line) => JSON.stringify(line)).join("\n"));
  }

  /** Drains the daemon, which must not have ended before. */
  async stop(): Promise<void> {
    if (!this.#isRunning()) throw new Error(`The daemon had ended before the page did\n${this.#err}`);
    const ended = new Promise((resolve) => this.#daemon?.on("close", resolve));
    this.#daemon?.kill("SIGTERM");
    await ended;
  }

  #isRunning(): boolean {
    return this.#daemon !== undefined && this.#daemon.exitCode === null && this.#daemon.signalCode === null;
  }

  async #serve(): Promise<void> {
    const { HOOKD_SECRET: _, HOOKD_ADMIN_TOKEN: __, ...env } = process.env;
    const child = spawn(process.execPath, [...HOOKD, "serve", "--dev"], {
      cwd: this.folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    process.once("exit", () => void child.kill("SIGKILL"));
    this.#daemon = child;
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.printed += this.#documented(text));
    createInterface(child.stderr).on("line", (line) => {
      this.#err += `${line}\n`;
      if (line.startsWith("{")) this.log.push(JSON.parse(line));
    });
    await this.#until("the lines to paste", () => this.printed.includes("curl "));
  }

  async #until(what: string, isThere: () => boolean): Promise<void> {
    const deadline = performance.now() + LOG_MS;
    while (!isThere()) {
      if (performance.now() > deadline || !this.#isRunning()) {
        throw new Error(`${what} did not come\n${this.#err}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #here(text: string): string {
    return this.#ports.reduce((changed, [documented, actual]) => changed.replaceAll(documented, actual), text);
  }

  #documented(text: string): string {
    return this.#ports.reduce((changed, [documented, actual]) => changed.replaceAll(actual, documented), text);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
