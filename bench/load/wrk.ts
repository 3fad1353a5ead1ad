/** The closed loop by wrk, which costs a fraction of what any server does: its process, and what it prints. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { watchCores } from "../machine/cores.ts";
import { ROOT } from "../root.ts";
import type { ClosedLoop, LoadOptions } from "./closed-loop.ts";

/** What the bench prints where wrk is missing. */
export const WRK_MISSING = "wrk is not installed: apt-get install wrk (Debian, Ubuntu) or brew install wrk";

/** E.g. "4.1.0"; undefined where it is not installed. */
export function wrkVersion(): string | undefined {
  return /wrk (?:debian\/)?(\S+)/.exec(spawnSync("wrk", ["-v"], { encoding: "utf8" }).stdout ?? "")?.[1];
}

export async function runWrk(options: LoadOptions): Promise<ClosedLoop> {
  const { url, file, stride, first, count, connections, seconds } = options;
  const script = join(ROOT, "bench/load/wrk.lua");
  const shape = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--timeout", "10s", "-s", script];
  const wrk = spawn("wrk", [...shape, url, "--", file, String(stride), String(first), String(count)]);
  const cores = watchCores(wrk.pid!, seconds);
  const said = { out: "", err: "" };
  wrk.stdout.setEncoding("utf8").on("data", (text) => said.out += text);
  wrk.stderr.setEncoding("utf8").on("data", (text) => said.err += text);
  const code = await new Promise((resolve, reject) => wrk.once("error", reject).once("close", resolve));
  if (code !== 0) throw new Error(`wrk ended with ${String(code)}: ${said.err.trim()}`);
  return { ...parseWrk(said.out), ...await cores };
}

/** Reads the line of JSON that `wrk.lua` prints among what wrk itself says. */
export function parseWrk(output: string): Omit<ClosedLoop, "generatorCores" | "serverCores"> {
  const line = output.split("\n").find((one) => one.startsWith('{"wrk":true'));
  if (line === undefined) throw new Error(`wrk printed no figures:\n${output}`);
  const figures = JSON.parse(line);
  const us = figures.latencyUs;
  return {
    generator: "wrk",
    requests: figures.requests,
    refused: figures.refused,
    errors: figures.connectErrors + figures.readErrors + figures.writeErrors + figures.timeouts,
    seconds: figures.durationUs / 1e6,
    latencyMs: {
      mean: us.mean / 1000,
      p50: us.p50 / 1000,
      p90: us.p90 / 1000,
      p99: us.p99 / 1000,
      p999: us.p999 / 1000,
      max: us.max / 1000,
    },
    next: figures.next,
  };
}
