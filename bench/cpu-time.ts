/** CPU time of one thread or process, by the kernel's own account. Linux only; elsewhere undefined. */
import { readFileSync } from "node:fs";
import process from "node:process";

/** Linux counts in hundredths of a second for every program (USER_HZ). */
const TICK_MS = 10;

/** Milliseconds that the main thread of this process has run, to a microsecond. */
export function mainThreadMs(): number | undefined {
  return readScheduled(`/proc/self/task/${process.pid}/schedstat`);
}

/** Milliseconds that the main thread of another process has run. */
export function mainThreadMsOf(pid: number): number | undefined {
  return readScheduled(`/proc/${pid}/task/${pid}/schedstat`);
}

/** Milliseconds that all threads of a process have run, to 10 ms. */
export function processMs(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  return fields && ((fields[11] ?? 0) + (fields[12] ?? 0)) * TICK_MS;
}

/** What memory a process holds in RAM now and at most so far, in MB. */
export function memoryMb(pid: number): { rssMb: number; peakRssMb: number } | undefined {
  const status = read(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1024;
  return { rssMb: field("VmRSS"), peakRssMb: field("VmHWM") };
}

/** The first number is the time on a CPU, in ns. */
function readScheduled(path: string): number | undefined {
  const text = read(path);
  return text === undefined ? undefined : Number(text.split(" ")[0]) / 1e6;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
