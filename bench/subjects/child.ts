/** A measured server as a process of its own: started, awaited until it answers, killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";

const START_MS_MAX = 60_000;

export interface Child {
  pid: number;
  /** Ends it at once: what a stop costs is not measured here. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Answers 2xx as soon as the server is ready. */
  readyUrl: string;
}

/** Resolves when `readyUrl` answers; rejects with what the process wrote if it ends before, or takes too long. */
export async function startChild([command = "", ...args]: string[], options: ChildOptions): Promise<Child> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      if (said.length < 200) said.push(text);
    });
  }
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async () => {
    child.kill("SIGKILL");
    await gone;
  };
  if (await answers(child, options.readyUrl)) return { pid: child.pid!, stop };
  await stop();
  throw new Error(`"${command} ${args.join(" ")}" did not get ready:\n${said.join("")}`);
}

async function answers(child: ChildProcess, url: string): Promise<boolean> {
  let failed = false;
  child.once("error", () => failed = true);
  for (let waited = 0; waited < START_MS_MAX && !failed && child.exitCode === null; waited += 20) {
    const status = await fetch(url).then(async (response) => {
      await response.arrayBuffer();
      return response.status;
    }, () => 0);
    if (status >= 200 && status < 300) return true;
    await pause(20);
  }
  return false;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
