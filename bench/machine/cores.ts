/**
 * How many cores the load generator and the measured server keep busy: where the generator stays well below one, it is
 * not what limits the figures. Read from /proc; zero where there is none.
 */
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";

/** Linux counts in hundredths of a second for every program (USER_HZ). */
const TICKS_PER_SECOND = 100;
/** What is left out at both ends, in seconds. */
const EDGE = 0.3;

export interface Cores {
  generatorCores: number;
  serverCores: number;
}

/** Watches `generator` (a process of ours) and all our other descendants for a run of `seconds`. */
export async function watchCores(generator: number, seconds: number): Promise<Cores> {
  await pause(EDGE * 1000);
  const start = { at: performance.now(), ticks: ticksBelow(process.pid) };
  await pause((seconds - 2 * EDGE) * 1000);
  const end = { at: performance.now(), ticks: ticksBelow(process.pid) };
  const cores = { generatorCores: 0, serverCores: 0 };
  for (const [pid, ticks] of end.ticks) {
    const busy = (ticks - (start.ticks.get(pid) ?? 0)) / TICKS_PER_SECOND / ((end.at - start.at) / 1000);
    if (pid === generator) cores.generatorCores += busy;
    else cores.serverCores += busy;
  }
  return cores;
}

/** User and system time of each living descendant of `root`, in ticks. */
function ticksBelow(root: number): Map<number, number> {
  const all = new Map<number, { parent: number; ticks: number }>();
  for (const name of readNames()) {
    const stat = readStat(Number(name));
    if (stat !== undefined) all.set(Number(name), stat);
  }
  const isBelow = (pid: number): boolean => {
    const parent = all.get(pid)?.parent;
    return parent === root || (parent !== undefined && parent > 1 && isBelow(parent));
  };
  return new Map([...all].filter(([pid]) => isBelow(pid)).map(([pid, { ticks }]) => [pid, ticks]));
}

function readNames(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function readStat(pid: number): { parent: number; ticks: number } | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    // It has just ended.
    return undefined;
  }
}

/** proc(5): after the name in parentheses, which may hold anything, come state, ppid, ... utime and stime are 14 and 15. */
export function parseStat(text: string): { parent: number; ticks: number } {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  return { parent: fields[1] ?? 0, ticks: (fields[11] ?? 0) + (fields[12] ?? 0) };
}
