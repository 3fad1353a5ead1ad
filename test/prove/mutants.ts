/** Breaks hookd in each of the listed ways, in a copy of the tree, and plays stories until one gives it away. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../../bench/root.ts";
import { keepProof } from "./keep-proof.ts";
import { type Mutant, MUTANTS } from "./mutant-list.ts";
import { playStories } from "./simulation.ts";

/** A broken daemon may hang where a sound one does not; that is noticed, too. */
const WITHIN_MS = 60_000;
const COPIED = ["src", "test/sim", "test/support", "test/prove", "bench/machine", "package.json", "tsconfig.json"];

interface Options {
  count: number;
  seed: number;
  only?: string;
  keep?: boolean;
}

export async function proveMutants({ count, seed, only, keep }: Options): Promise<void> {
  const rows = [];
  const sound = await playStories(seed, count);
  console.log(`as it is: ${sound.violations.length} violations`);
  for (const mutant of MUTANTS.filter(({ name }) => only === undefined || name === only)) {
    const violations = await playBroken(mutant, seed, count);
    const sayings = [...new Set(violations.map((line) => line.replace(/[0-9a-f]{8}-[0-9a-f-]+|\d+|k\d+/g, "_")))];
    console.log(
      `${violations.length > 0 ? "caught" : "MISSED"}  ${mutant.name}: ${violations.length}; ${sayings[0] ?? ""}`,
    );
    rows.push({ name: mutant.name, violations: violations.length, first: violations[0] });
  }
  if (keep) keepProof("mutants", `npm run prove -- mutants --count ${count} --seed ${seed}`, { count, seed, rows });
  const isRight = sound.violations.length === 0 && rows.every(({ violations }) => violations > 0);
  process.exitCode = isRight ? 0 : 1;
}

async function playBroken(mutant: Mutant, seed: number, count: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "hookd-mutant-"));
  try {
    for (const path of COPIED) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const file = join(folder, mutant.file);
    const source = readFileSync(file, "utf8");
    if (source.split(mutant.from).length !== 2) {
      throw new Error(`${mutant.name}: ${mutant.file} holds its text not once`);
    }
    writeFileSync(file, source.replace(mutant.from, () => mutant.to));
    return (await playStories(seed, count, { folder, untilFirst: true, withinMs: WITHIN_MS })).violations;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
