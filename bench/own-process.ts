/** A part of a bench in a process of its own, where what ran before shows neither in memory nor in compiled code. */
import { spawn } from "node:child_process";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { IS_DENO } from "./keep-result.ts";

/** Runs the module at `url` with `args`; the last line that it prints is its answer, as JSON. */
export async function inOwnProcess<T>(url: string, args: readonly string[]): Promise<T> {
  const flags = IS_DENO ? ["run", "-A", "--v8-flags=--expose-gc"] : ["--expose-gc"];
  const child = spawn(process.execPath, [...flags, fileURLToPath(url), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => said += text);
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`${url} ${args.join(" ")} ended with ${String(code)}`);
  return JSON.parse(said.trim().split("\n").at(-1)!) as T;
}

/** Where the process was started by `inOwnProcess`. Buffers are freed a moment after what held them. */
export async function collectGarbage(): Promise<void> {
  const { gc } = globalThis as { gc?: () => void };
  for (let pass = 0; pass < 3; pass++) {
    gc?.();
    await pause(50);
  }
}
