/**
 * A backlog on disk and what becomes of it: fills a data directory with waiting events, starts the daemon on it with
 * handlers that hold all slots (ready time and memory at rest), then anew with an empty handler, which drains it (events
 * a second, highest memory).
 *
 *   npm run build && node dist/bench/scale/backlog.js [--count 1000000] [--body 200] [--seconds 60] [--runtime deno]
 *
 * The drain is looked at for so many seconds at most. 10 million events take 6 GB of disk; the fill alone can be made
 * beforehand and goes on where it was interrupted: `--folder DIR --fill-only`, then the same without `--fill-only`. A
 * folder that is named is kept.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { mainThreadMsOf, processMs } from "../cpu-time.ts";
import { BenchDaemon, runtimeNamed } from "../daemon.ts";
import { bytesIn, fillJournal } from "../fill-journal.ts";
import { keepResult, rounded } from "../keep-result.ts";

/** What an event takes on disk besides its body, until it is settled and afterwards, with room to spare. */
const OVERHEAD_BYTES = 800;
/** Long enough for a collection of what only the start needed. */
const REST_MS = 3000;
const POLL_MS = 250;
/** Events filled in at a time; each step opens the journal anew, which reads what is there. */
const STEP = 2_000_000;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000000" },
    body: { type: "string", default: "200" },
    seconds: { type: "string", default: "60" },
    runtime: { type: "string" },
    folder: { type: "string" },
    "fill-only": { type: "boolean", default: false },
  },
});
const [count, bodyBytes] = [Number(values.count), Number(values.body)];
const runtime = runtimeNamed(values.runtime);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "hookd-backlog-"));
const config = { limits: { queue: 50_000_000 } };
try {
  const filledSeconds = await fill();
  if (!values["fill-only"]) await measure(filledSeconds);
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

async function measure(filledSeconds: number | undefined): Promise<void> {
  const idle = await rest(join(folder, "idle"));
  const diskMb = bytesIn(join(folder, "full", "data")) / 2 ** 20;
  const full = await rest(join(folder, "full"));
  const drained = await drain(join(folder, "full"));
  const report = {
    events: count,
    bodyBytes,
    diskMb: rounded(diskMb),
    filledSeconds: filledSeconds && rounded(filledSeconds),
    idle,
    atRest: { ...full, rssBytesPerEvent: rounded(((full.rssMb - idle.rssMb) * 2 ** 20) / count) },
    secondsPer100kWaiting: rounded((full.readyMs - idle.readyMs) / 1000 / (count / 100_000)),
    drain: drained,
  };
  const name = count >= 2_000_000 ? `backlog-${Math.round(count / 1e6)}m` : "backlog";
  keepResult(name, report, `${runtime.name} ${runtime.version()}`);
}

/** In steps, so that one that was interrupted goes on. Undefined where it was filled before. */
async function fill(): Promise<number | undefined> {
  const [data, mark] = [join(folder, "full", "data"), join(folder, "filled")];
  mkdirSync(data, { recursive: true });
  const before = existsSync(mark) ? Number(readFileSync(mark, "utf8")) : 0;
  const { bavail, bsize } = statfsSync(folder);
  const needed = (count - before) * (bodyBytes + OVERHEAD_BYTES);
  if (bavail * bsize < needed) throw new Error(`${folder} has no ${Math.round(needed / 1e9)} GB to spare`);
  const startedAt = performance.now();
  for (let first = before; first < count; first += STEP) {
    const waiting = Math.min(STEP, count - first);
    await fillJournal(data, { waiting, first, settled: 0, bodyBytes, mailboxes: 0, paused: false });
    writeFileSync(mark, String(first + waiting));
  }
  return before === 0 ? (performance.now() - startedAt) / 1000 : undefined;
}

/** A daemon whose slots are all held: what waits goes on waiting. */
async function rest(project: string) {
  const handler = 'timeout: "1h", run: () => new Promise(() => {})';
  const daemon = await BenchDaemon.start({ folder: project, handler, config, runtime });
  try {
    await pause(REST_MS);
    const waiting = await daemon.metric("hookd_queue_depth");
    const { rssMb, peakRssMb } = await daemon.memory();
    return {
      waiting,
      readyMs: rounded(daemon.readyMs),
      rssMb: rounded(rssMb),
      peakRssMb: peakRssMb && rounded(peakRssMb),
    };
  } finally {
    await daemon.stop("SIGKILL");
  }
}

async function drain(project: string) {
  const daemon = await BenchDaemon.start({ folder: project, config, runtime });
  try {
    const startedAt = performance.now();
    const [mainBefore, allBefore] = [mainThreadMsOf(daemon.pid), processMs(daemon.pid)];
    // What was done before the daemon said that it is ready.
    const before = await daemon.processed();
    let [processed, seconds] = [before, 0];
    while (processed < count && seconds < Number(values.seconds)) {
      await pause(POLL_MS);
      processed = await daemon.processed();
      seconds = (performance.now() - startedAt) / 1000;
    }
    const { rssMb, peakRssMb } = await daemon.memory();
    const busy = (after: number | undefined, earlier: number | undefined) =>
      after === undefined || earlier === undefined ? undefined : rounded((after - earlier) / 1000 / seconds);
    return {
      complete: processed === count,
      processed,
      left: await daemon.metric("hookd_queue_depth"),
      seconds: rounded(seconds),
      eventsPerSecond: rounded((processed - before) / seconds),
      mainThreadCores: busy(mainThreadMsOf(daemon.pid), mainBefore),
      cores: busy(processMs(daemon.pid), allBefore),
      rssMb: rounded(rssMb),
      peakRssMb: peakRssMb && rounded(peakRssMb),
    };
  } finally {
    await daemon.stop("SIGKILL");
  }
}
