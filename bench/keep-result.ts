/**
 * What a bench measured, in bench/results/<name>.json: one entry for each runtime, so that a run under one leaves the
 * others.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "./root.ts";
import { type Spread, spread } from "./statistics.ts";

export const IS_DENO = "Deno" in globalThis;
export const RUNTIME = IS_DENO ? `deno ${process.versions.deno}` : `node ${process.versions.node}`;

/** The load of the last minute when the bench began: other work on the machine shows here. */
const LOAD_BEFORE = loadavg()[0]!;

/** Prints the report with what it was measured on, and keeps it. `runtime` is what is measured, e.g. "node 20.18.0". */
export function keepResult(name: string, report: Record<string, unknown>, runtime = RUNTIME): void {
  const whole = {
    runtime,
    cpus: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    loadBefore: rounded(LOAD_BEFORE),
    ...report,
  };
  console.log(JSON.stringify(whole, undefined, 2));
  const folder = join(ROOT, "bench", "results");
  const file = join(folder, `${name}.json`);
  const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...known, [runtime.split(".")[0]!]: whole }, undefined, 2)}\n`);
}

/** Median and spread of the rounds, to three digits. */
export function ofRounds(values: readonly number[]): Spread | undefined {
  const all = spread(values);
  return all && { median: rounded(all.median), min: rounded(all.min), max: rounded(all.max) };
}

/** Three digits that say something, whole numbers from 100 on. */
export function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
