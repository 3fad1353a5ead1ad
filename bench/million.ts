/**
 * What a backlog costs: fills a data directory with a million waiting events of 1 KB, then starts the real daemon
 * on it and reads its memory and its time to ready, next to those of a daemon with nothing to do. Every mailbox is
 * paused, so that the backlog stays what it is.
 *
 *   npm run build && node dist/bench/million.js [--count N] [--runs N] [--keep]
 *   deno run -A bench/million.ts [--count N] [--runs N] [--keep]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BenchDaemon } from "./daemon.ts";
import { bytesIn, fillJournal } from "./fill-journal.ts";
import { keepResult } from "./keep-result.ts";
import { median } from "./statistics.ts";

const MAILBOXES = 1000;
const BODY_BYTES = 1024;
/** Long enough for a collection of what only the start needed; the peak is reported beside it. */
const SETTLE_MS = 3000;

interface Measured {
  readyMs: number;
  waiting: number;
  rssMb: number;
  /** Undefined where the system does not tell it. */
  peakRssMb: number | undefined;
}

const { values } = parseArgs({
  options: { count: { type: "string" }, runs: { type: "string" }, keep: { type: "boolean" } },
});
const count = Number(values.count ?? 1_000_000);
const runs = Number(values.runs ?? 3);
const folder = mkdtempSync(join(tmpdir(), "hookd-million-"));
try {
  keepResult("million", await measure());
} finally {
  if (values.keep) console.error(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

async function measure() {
  const idle = await startRepeatedly(join(folder, "idle"));
  const data = join(folder, "full", "data");
  const startedAt = performance.now();
  await fillJournal(data, { waiting: count, settled: 0, bodyBytes: BODY_BYTES, mailboxes: MAILBOXES, paused: true });
  const filledMs = performance.now() - startedAt;
  const full = await startRepeatedly(join(folder, "full"));
  return {
    events: count,
    bodyBytes: BODY_BYTES,
    diskMb: tenths(bytesIn(data) / 2 ** 20),
    fillSeconds: tenths(filledMs / 1000),
    rssAboveIdleMb: tenths(middle(full, "rssMb") - middle(idle, "rssMb")),
    readySeconds: tenths(middle(full, "readyMs") / 1000),
    idle,
    full,
  };
}

async function startRepeatedly(project: string): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let run = 0; run < runs; run++) measured.push(await startOnce(project));
  return measured;
}

async function startOnce(project: string): Promise<Measured> {
  const daemon = await BenchDaemon.start({ folder: project, config: { limits: { queue: count + 1000 } } });
  try {
    await pause(SETTLE_MS);
    const waiting = await daemon.metric("hookd_queue_depth");
    const { rssMb, peakRssMb } = await daemon.memory();
    return {
      readyMs: tenths(daemon.readyMs),
      waiting,
      rssMb: tenths(rssMb),
      peakRssMb: peakRssMb === undefined ? undefined : tenths(peakRssMb),
    };
  } finally {
    await daemon.stop();
  }
}

function middle(measured: readonly Measured[], field: "rssMb" | "readyMs"): number {
  return median(measured.map((one) => one[field]));
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
