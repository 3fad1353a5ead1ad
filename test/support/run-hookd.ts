/** The `hookd` command as a real child process, on the runtime that runs the tests. */
import { spawn } from "node:child_process";
import { after } from "node:test";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const TSX = import.meta.resolve("tsx");
const isDeno = process.versions.deno !== undefined;

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  /** Working directory; where hookd.yaml is looked for. */
  cwd: string;
  env?: Readonly<Record<string, string>>;
}

/** What to spawn, with an environment that has nothing of hookd's but what is given. */
export function hookdCall(
  args: readonly string[],
  { env = {} }: RunOptions,
): { file: string; args: string[]; env: NodeJS.ProcessEnv } {
  const runtime = isDeno ? ["run", "-A", "--no-check", "--quiet"] : ["--import", TSX];
  const { HOOKD_SECRET: _, HOOKD_ADMIN_TOKEN: __, NO_COLOR: ___, FORCE_COLOR: ____, ...inherited } = process.env;
  return { file: process.execPath, args: [...runtime, MAIN, ...args], env: { ...inherited, ...env } };
}

/** Runs it to its end; killed with the test. */
export function runHookd(args: readonly string[], options: RunOptions): Promise<Ran> {
  const call = hookdCall(args, options);
  const child = spawn(call.file, call.args, { cwd: options.cwd, env: call.env });
  after(() => void child.kill("SIGKILL"));
  const ran = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => ran.out += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => ran.err += text);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...ran }));
  });
}
