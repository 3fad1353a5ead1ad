/** Writes what a campaign found under docs/proof, with all that is needed to run it again. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { describeMachine } from "../../bench/machine/describe-machine.ts";

export function keepProof(name: string, command: string, found: Record<string, unknown>): void {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const ranAt = new Date().toISOString();
  const text = JSON.stringify(
    { command, commit, ranAt, node: process.version, machine: describeMachine("docs"), ...found },
    null,
    2,
  );
  mkdirSync("docs/proof", { recursive: true });
  writeFileSync(`docs/proof/${name}.json`, `${text}\n`);
  console.log(`kept docs/proof/${name}.json`);
}
