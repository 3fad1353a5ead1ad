/**
 * Runs the test files under the runtime that runs this script (Node or Deno), so that a Node 20 without
 * globs, a Node 24 and a Deno all run the same list. `test/run.mjs settle accept/verify` runs those whose
 * path contains one of the words.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import process from "node:process";

const words = process.argv.slice(2);
const files = readdirSync("test", { recursive: true })
  .map((file) => `test/${String(file).replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts") && !file.includes("/node_modules/"))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches: ${words.join(" ")}`);
  process.exit(1);
}
const args = "Deno" in globalThis
  ? ["test", "-A", "--no-check", "--quiet", ...files]
  : ["--import", "tsx", "--test", "--test-reporter=spec", ...files];
spawn(process.execPath, args, { stdio: "inherit" }).on("exit", (code) => process.exit(code ?? 1));
