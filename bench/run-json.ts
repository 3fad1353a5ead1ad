/** Runs a file of the benches as a process of its own, which tells its result as one line of JSON. */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** `file` is named from here, without its extension. Rejects with what the process wrote if it fails. */
export function runJson<T>(file: string, args: readonly string[]): { child: ChildProcess; result: Promise<T> } {
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const path = fileURLToPath(new URL(`./${file}${extension}`, import.meta.url));
  const flags = "Deno" in globalThis ? ["run", "-A"] : [];
  const child = spawn(process.execPath, [...flags, path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => said.out += text);
  child.stderr.setEncoding("utf8").on("data", (text: string) => said.err += text);
  const result = new Promise<T>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      if (code === 0) resolve(JSON.parse(said.out));
      else reject(new Error(`${file} ended with ${code}: ${said.err.trim()}`));
    });
  });
  return { child, result };
}
