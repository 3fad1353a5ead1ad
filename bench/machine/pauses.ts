/**
 * Whether the machine stands still of itself: a thread looks at the clock while a process beside it calls fdatasync. On a
 * virtual machine whose host has given away its share, whoever writes and computes is stopped for a part of each tenth of
 * a second, and no latency that is measured there is the server's alone.
 */
import { performance } from "node:perf_hooks";
import { runJson } from "../run-json.ts";

export interface Pauses {
  msPerSecond: number;
  longestMs: number;
}

const SECONDS = 3;
/** Shorter ones are the work of the kernel. */
const PAUSE_MS_MIN = 1;
/** Until the process beside it is at work. */
const START_MS = 500;

/** Blocks the calling thread for three seconds. */
export async function measurePauses(folder: string): Promise<Pauses> {
  const beside = runJson("machine/fdatasync-process", [folder, String(SECONDS + START_MS / 1000)]);
  await new Promise((resolve) => setTimeout(resolve, START_MS));
  const pauses = watchClock(SECONDS * 1000);
  await beside.result;
  return pauses;
}

function watchClock(ms: number): Pauses {
  let paused = 0;
  let longest = 0;
  const startedAt = performance.now();
  for (let last = startedAt; last - startedAt < ms;) {
    const now = performance.now();
    if (now - last > PAUSE_MS_MIN) {
      paused += now - last;
      longest = Math.max(longest, now - last);
    }
    last = now;
  }
  return { msPerSecond: Math.round(paused / ms * 1000), longestMs: Math.round(longest * 10) / 10 };
}
