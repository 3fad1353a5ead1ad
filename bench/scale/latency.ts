/**
 * What an ack waits for while the daemon has other work: an open loop at a fixed modest rate, on a daemon that drains a
 * backlog (`drain`), on one whose metrics are scraped each second (`scrape`: 13 sources x 200 types), and on one that
 * compacts its journal (`compaction`: settled segments go, waiting events in them are written again), each next to the
 * same load without that work, in turns. Latency counts from when a request was due.
 *
 *   npm run build && node dist/bench/scale/latency.js [--work drain,scrape,compaction] [--rounds 3] [--rate 1000]
 *                    [--backlog 200000] [--settled 180000] [--waiting 20000] [--runtime deno]
 */
import { createHmac } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BenchDaemon, type DaemonOptions, runtimeNamed } from "../daemon.ts";
import { fillJournal } from "../fill-journal.ts";
import { keepResult, ofRounds } from "../keep-result.ts";
import type { LatencySummary } from "../load/latencies.ts";
import { runOpenLoop } from "../load/load.ts";
import { requestFile } from "../load/request-file.ts";
import { runJson } from "../run-json.ts";
import { BENCH_SECRET } from "../terms.ts";

const BODY_BYTES = 1024;
const CONNECTIONS = 32;
const MAILBOXES = 1000;
const [SOURCES, TYPES] = [13, 200];
const WARM_UP_SECONDS = 1;
/** The journal looks for old segments every so often, from its opening on. */
const COMPACTION_SECONDS = 60;
/** The window of a compaction begins before it and ends after it, in seconds. */
const BEFORE = 2;
const WINDOW = 10;
const SEGMENT_BYTES = 8 * 2 ** 20;

const { values } = parseArgs({
  options: {
    work: { type: "string", default: "drain,scrape,compaction" },
    rounds: { type: "string", default: "3" },
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "5" },
    backlog: { type: "string", default: "200000" },
    settled: { type: "string", default: "180000" },
    waiting: { type: "string", default: "20000" },
    runtime: { type: "string" },
    folder: { type: "string", default: join(tmpdir(), "hookd-scale") },
  },
});
const [rounds, rate] = [Number(values.rounds), Number(values.rate)];
const runtime = runtimeNamed(values.runtime);
const requests = requestFile(values.folder, { bodyBytes: BODY_BYTES, count: 2 * rate * (COMPACTION_SECONDS + WINDOW) });
const scratch = join(values.folder, "latency");

interface Told {
  latency: LatencySummary;
  lost: number;
  late: number;
  /** What the work had done, within the measured time. */
  done: Record<string, number>;
}

const WORKS = { drain, scrape, compaction };
const report: Record<string, unknown> = {};
try {
  for (const work of values.work.split(",") as (keyof typeof WORKS)[]) {
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    report[work] = await WORKS[work]();
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const shape = { bodyBytes: BODY_BYTES, rate, connections: CONNECTIONS, rounds };
const name = values.work.includes(",") ? "latency" : `latency-${values.work}`;
keepResult(name, { ...shape, ...report }, `${runtime.name} ${runtime.version()}`);

async function drain() {
  const backlog = Number(values.backlog);
  const filling = { waiting: backlog, settled: 0, bodyBytes: BODY_BYTES, mailboxes: 0, paused: false };
  await fillJournal(join(scratch, "filled"), filling);
  const [without, during]: [Told[], Told[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const turns = [
      async () => without.push(await drainOnce(false)),
      async () => during.push(await drainOnce(true)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  return { backlog, fdatasyncMs: await fdatasync(), without: summaryOf(without), during: summaryOf(during) };
}

async function drainOnce(withBacklog: boolean): Promise<Told> {
  const folder = join(scratch, "run");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (withBacklog) cpSync(join(scratch, "filled"), join(folder, "data"), { recursive: true });
  return await withDaemon({ folder, config: { limits: { queue: 10_000_000 } } }, async (daemon) => {
    const before = await daemon.processed();
    const told = await load(daemon, { first: 0, warmUpSeconds: WARM_UP_SECONDS, seconds: Number(values.seconds) });
    const processed = (await daemon.processed()) - before;
    return { ...told, done: { processed, leftOver: await daemon.metric("hookd_queue_depth") } };
  });
}

async function scrape() {
  const [without, during]: [Told[], Told[]] = [[], []];
  const types = Array.from({ length: TYPES }, (_, index) => `bench.type_${index}`);
  const names = Array.from({ length: SOURCES - 1 }, (_, index) => `more-${index}`);
  const more = Object.fromEntries(names.map((each) => [each, { types, unknown: "accept" }]));
  const folder = join(scratch, "run");
  mkdirSync(folder, { recursive: true });
  await withDaemon({ folder, more }, async (daemon) => {
    await Promise.all(names.map((each) => sendEach(new URL(`/webhooks/${each}`, daemon.url), types)));
    const bytes = (await daemon.metrics()).length;
    for (let round = 0; round < rounds; round++) {
      const window = { warmUpSeconds: WARM_UP_SECONDS, seconds: Number(values.seconds) };
      const first = 2 * round * rate * (window.seconds + WARM_UP_SECONDS);
      without.push({ ...await load(daemon, { ...window, first }), done: { scrapes: 0 } });
      const scraping = scrapeEachSecond(daemon, window.seconds + WARM_UP_SECONDS);
      const told = await load(daemon, { ...window, first: first + rate * (window.seconds + WARM_UP_SECONDS) });
      during.push({ ...told, done: { scrapes: await scraping, bytes } });
    }
  });
  return { without: summaryOf(without), during: summaryOf(during) };
}

/** One event of each type: from then on the metrics have its series. */
async function sendEach(url: URL, types: readonly string[]): Promise<void> {
  for (const type of types) {
    const body = JSON.stringify({ type, of: url.pathname });
    const signature = createHmac("sha256", BENCH_SECRET).update(body).digest("hex");
    const headers = { "X-Webhook-Signature": `sha256=${signature}`, "X-Event-Type": type };
    const response = await fetch(url, { method: "POST", body, headers });
    if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
  }
}

async function scrapeEachSecond(daemon: BenchDaemon, seconds: number): Promise<number> {
  for (let scrapes = 1;; scrapes++) {
    await Promise.all([daemon.metrics(), pause(1000)]);
    if (scrapes >= seconds) return scrapes;
  }
}

/** One daemon for both: the same load in the quiet before its first compaction, and during it. */
async function compaction() {
  const [settled, waiting] = [Number(values.settled), Number(values.waiting)];
  const shape = { bodyBytes: BODY_BYTES, mailboxes: MAILBOXES, paused: true, segmentBytes: SEGMENT_BYTES };
  await fillJournal(join(scratch, "filled"), { ...shape, waiting, settled });
  const [without, during]: [Told[], Told[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const folder = join(scratch, "run");
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(scratch, "filled"), join(folder, "data"), { recursive: true });
    const short = { retention: { processed: "1s" }, store: { segment: "8MB" } };
    const config = { ...short, limits: { queue: 10_000_000 } };
    await withDaemon({ folder, config, source: { idempotency: { ttl: "1s" } } }, async (daemon) => {
      const readyAt = performance.now();
      const journal = join(folder, "data", "journal");
      const until = (seconds: number) => pause(Math.max(0, readyAt + seconds * 1000 - performance.now()));
      const window = async (first: number): Promise<Told> => {
        const before = segmentsIn(journal);
        const told = await load(daemon, { first, warmUpSeconds: WARM_UP_SECONDS, seconds: WINDOW });
        return { ...told, done: { segmentsBefore: before, segmentsAfter: segmentsIn(journal) } };
      };
      await until(COMPACTION_SECONDS - BEFORE - 2 * WINDOW);
      without.push(await window(0));
      await until(COMPACTION_SECONDS - BEFORE - WARM_UP_SECONDS);
      during.push(await window(rate * (WINDOW + WARM_UP_SECONDS)));
    });
  }
  for (const { done } of during) {
    if (done["segmentsAfter"]! >= done["segmentsBefore"]!) throw new Error("No segment went: nothing was compacted");
  }
  return { settled, waiting, fdatasyncMs: await fdatasync(), without: summaryOf(without), during: summaryOf(during) };
}

async function withDaemon<T>(options: DaemonOptions, measure: (daemon: BenchDaemon) => Promise<T>): Promise<T> {
  const daemon = await BenchDaemon.start({ ...options, runtime });
  try {
    return await measure(daemon);
  } finally {
    await daemon.stop("SIGKILL");
  }
}

async function load(
  { url }: BenchDaemon,
  window: { first: number; warmUpSeconds: number; seconds: number },
): Promise<Omit<Told, "done">> {
  const { path: file, stride, count } = requests;
  const told = await runOpenLoop({ url, file, stride, count, connections: CONNECTIONS, rate, ...window });
  const lost = told.errors + told.refused + told.unanswered;
  console.error(`p50 ${told.latencyMs.p50}, p99 ${told.latencyMs.p99}, max ${told.latencyMs.max} ms, lost ${lost}`);
  return { latency: told.latencyMs, lost, late: told.late };
}

function summaryOf(told: readonly Told[]) {
  const each = (field: "p50" | "p90" | "p99" | "p999" | "max") => ofRounds(told.map(({ latency }) => latency[field]));
  const [p50, p90, p99, p999, max] = [each("p50"), each("p90"), each("p99"), each("p999"), each("max")];
  const lost = told.reduce((sum, one) => sum + one.lost, 0);
  const late = told.reduce((sum, one) => sum + one.late, 0);
  return { ackMs: { p50, p90, p99, p999, max }, lost, late, done: told.map(({ done }) => done) };
}

async function fdatasync() {
  const told = await runJson<LatencySummary>("machine/fdatasync-process", [values.folder, "2"]).result;
  return { p50: told.p50, p99: told.p99, p999: told.p999 };
}

function segmentsIn(journal: string): number {
  return readdirSync(journal).filter((file) => file.endsWith(".seg")).length;
}
