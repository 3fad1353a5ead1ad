/**
 * What hookd costs before its first event: milliseconds from spawn to ready with an empty journal, and memory three
 * seconds later, with the shipped hookd.yaml and handlers. Next to it, in turns, the floor: the same runtime with
 * two worker threads that do nothing.
 *
 *   npm run build && node dist/bench/start.js [--runs N]
 *   deno run -A bench/start.ts [--runs N]
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** Long enough for a collection of what only the start needed. */
const SETTLE_MS = 3000;
const IS_DENO = "Deno" in globalThis;
const RUNTIME = IS_DENO ? `deno ${process.versions["deno"]}` : `node ${process.versions.node}`;
const MAIN = fileURLToPath(new URL(IS_DENO ? "../src/main.ts" : "../src/main.js", import.meta.url));
const FLOOR = `import { Worker } from "node:worker_threads";
const code = 'import { parentPort } from "node:worker_threads"; setInterval(() => {}, 1000); parentPort.postMessage(0);';
let up = 0;
for (let thread = 0; thread < 2; thread++) {
  const worker = new Worker(new URL("data:text/javascript," + encodeURIComponent(code)));
  worker.once("message", () => ++up === 2 && console.error('{"action":"ready"}'));
}
`;

interface Measured {
  readyMs: number;
  /** Undefined where the system does not tell them. */
  rssMb: number | undefined;
  threads: number | undefined;
}

const { values } = parseArgs({ options: { runs: { type: "string" } } });
const runs = Number(values.runs ?? 5);
const folder = mkdtempSync(join(tmpdir(), "hookd-start-"));
try {
  const floor: Measured[] = [];
  const hookd: Measured[] = [];
  const script = join(folder, "floor.mjs");
  writeFileSync(script, FLOOR);
  for (let run = 0; run < runs; run++) {
    floor.push(await startOnce([script]));
    hookd.push(await startOnce([MAIN, "serve", "--dev", "--config", shippedConfig(run)]));
  }
  const cpu = cpus()[0]?.model ?? "unknown";
  const report = { runtime: RUNTIME, cpus: cpus().length, cpu, floor: summary(floor), hookd: summary(hookd) };
  console.log(JSON.stringify(report, undefined, 2));
  keepResult(report);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The shipped one, on ports of the system's choice and with a data directory of its own. */
function shippedConfig(run: number): string {
  const file = join(folder, `${run}.yaml`);
  const text = readFileSync("hookd.yaml", "utf8")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:0")
    .replace("handlers: ./", `handlers: ${process.cwd()}/`)
    .replace("data: ./data", `data: ${join(folder, `data-${run}`)}`);
  writeFileSync(file, text);
  return file;
}

async function startOnce(script: readonly string[]): Promise<Measured> {
  const args = [...(IS_DENO ? ["run", "-A", "--quiet"] : []), ...script];
  const startedAt = performance.now();
  const started = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  const gone = new Promise((resolve) => started.on("close", resolve));
  try {
    const seen: string[] = [];
    for await (const line of createInterface(started.stderr)) {
      seen.push(line);
      if (!line.includes('"action":"ready"')) continue;
      const readyMs = Math.round(performance.now() - startedAt);
      started.stderr.resume();
      await pause(SETTLE_MS);
      return { readyMs, ...sizeOf(started.pid!) };
    }
    throw new Error(`It ended before it was ready:\n${seen.slice(-20).join("\n")}`);
  } finally {
    started.kill("SIGKILL");
    await gone;
  }
}

function sizeOf(pid: number): Pick<Measured, "rssMb" | "threads"> {
  if (!existsSync(`/proc/${pid}`)) return { rssMb: undefined, threads: undefined };
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return { rssMb: Math.round(kilobytes / 102.4) / 10, threads: readdirSync(`/proc/${pid}/task`).length };
}

function summary(measured: readonly Measured[]) {
  const middle = (name: keyof Measured) => measured.map((one) => one[name] ?? NaN).sort((a, b) => a - b)[runs >> 1];
  return { readyMs: middle("readyMs"), rssMb: middle("rssMb"), threads: middle("threads"), runs: measured };
}

/** One entry for each runtime, so that a run under one leaves the others. */
function keepResult(report: Record<string, unknown>): void {
  const file = join("bench", "results", "start.json");
  const known = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  mkdirSync(join("bench", "results"), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...known, [RUNTIME.split(".")[0]!]: report }, undefined, 2)}\n`);
}
