/** Writes what a campaign found under docs/proof, with all that is needed to run it again. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "../../bench/machine/describe-machine.ts";
import { ROOT } from "../../bench/root.ts";

export function keepProof(name: string, command: string, found: Record<string, unknown>): void {
  const folder = join(ROOT, "docs/proof");
  mkdirSync(folder, { recursive: true });
  const proof = { command, ranAt: new Date().toISOString(), machine: describeMachine(folder), ...found };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(proof, null, 2)}\n`);
  console.log(`kept docs/proof/${name}.json`);
}
