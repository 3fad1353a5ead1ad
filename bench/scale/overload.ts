/**
 * Past saturation: an open loop at half, once, twice and three times what the daemon can do, with a queue of 5 000. What
 * it settles a second must stay flat, the rest must be told 503 with a time to come back, and each 202 must be settled.
 * `handlers`: they are slow, so that they are the limit; `senders`: handlers are empty, so that the daemon itself is.
 *
 *   npm run build && node dist/bench/scale/overload.js [--limit handlers,senders] [--rounds 2] [--seconds 6]
 *                                                      [--shares 0.5,1,2,3] [--connections 256]
 *                                                      [--runtime deno]
 */
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BenchDaemon, daemonSubject, runtimeNamed } from "../daemon.ts";
import { keepResult, ofRounds, rounded } from "../keep-result.ts";
import { runClosedLoop, runOpenLoop } from "../load/load.ts";
import { PER_SECOND_MAX, type RequestFile, requestFile } from "../load/request-file.ts";
import { runWrk, wrkVersion } from "../load/wrk.ts";
import { saturate } from "../run/saturate.ts";
import { rotated } from "../statistics.ts";

const QUEUE = 5000;
const BODY_BYTES = 1024;
/** What 2 threads of 16 attempts can do in all is 32 / 0.02 s = 1 600 events a second. */
const HANDLER_MS = 20;
/** Until the queue has had its time to fill. */
const SETTLE_SECONDS = 2;
const DRAIN_SECONDS_MAX = 30;
const PROBE_MS = 200;
const SATURATION_SECONDS = 3;
const WARM_UP_SECONDS = 1;

const HANDLERS = {
  handlers: `run: () => new Promise((resolve) => setTimeout(resolve, ${HANDLER_MS}))`,
  senders: "run() {}",
};

const { values } = parseArgs({
  options: {
    limit: { type: "string", default: "handlers,senders" },
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "6" },
    shares: { type: "string", default: "0.5,1,2,3" },
    connections: { type: "string", default: "256" },
    runtime: { type: "string" },
    folder: { type: "string", default: join(tmpdir(), "hookd-scale") },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const connections = Number(values.connections);
const shares = values.shares.split(",").map(Number);
const runtime = runtimeNamed(values.runtime);

interface Measured {
  share: number;
  offeredPerSecond: number;
  sentPerSecond: number;
  acceptedPerSecond: number;
  /** While the load was on, after the queue had its time to fill. */
  settledPerSecond: number;
  refusedPerSecond: number;
  ackP50Ms: number;
  ackP99Ms: number;
  errors: number;
  unanswered: number;
  accepted: number;
  settled: number;
  refused: number;
  /** As the daemon counts them. */
  overloaded: number;
  probes: number;
  probesRefused: number;
  /** Of these, with status 503 and a Retry-After. */
  probesHonest: number;
  generatorCores: number;
}

const report: Record<string, unknown> = {};
for (const limit of values.limit.split(",") as (keyof typeof HANDLERS)[]) report[limit] = await overload(limit);
keepResult(
  values.limit.includes(",") ? "overload" : `overload-${values.limit}`,
  { bodyBytes: BODY_BYTES, queue: QUEUE, connections, rounds, seconds, ...report },
  `${runtime.name} ${runtime.version()}`,
);

async function overload(limit: keyof typeof HANDLERS) {
  const handler = HANDLERS[limit];
  const saturation = await saturationOf(handler);
  console.error(`${limit}: saturation ${Math.round(saturation)} events/s`);
  const requests = requestsFor(Math.max(...shares) * saturation * seconds);
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const share of rotated(shares, round)) {
      const one = await measure({ handler, share, rate: Math.round(share * saturation), requests });
      console.error(JSON.stringify(one));
      measured.push(one);
    }
  }
  const told = shares.map((share) => [share, summaryOf(measured.filter((one) => one.share === share), saturation)]);
  return { saturationPerSecond: rounded(saturation), offered: Object.fromEntries(told) };
}

function summaryOf(measured: readonly Measured[], saturation: number) {
  const each = (field: keyof Measured) => ofRounds(measured.map((one) => one[field]));
  const sum = (field: keyof Measured) => measured.reduce((total, one) => total + one[field], 0);
  return {
    offeredPerSecond: each("offeredPerSecond"),
    sentPerSecond: each("sentPerSecond"),
    settledPerSecond: each("settledPerSecond"),
    settledToSaturation: ofRounds(measured.map((one) => one.settledPerSecond / saturation)),
    acceptedPerSecond: each("acceptedPerSecond"),
    refusedPerSecond: each("refusedPerSecond"),
    ackP50Ms: each("ackP50Ms"),
    ackP99Ms: each("ackP99Ms"),
    generatorCores: each("generatorCores"),
    errors: sum("errors"),
    unanswered: sum("unanswered"),
    accepted: sum("accepted"),
    settled: sum("settled"),
    // Of those whose answer the generator did not wait for, some were accepted as well.
    eachAcceptedIsSettled: sum("settled") >= sum("accepted") && sum("settled") <= sum("accepted") + sum("unanswered"),
    refused: sum("refused"),
    refusedAsOverloaded: sum("overloaded"),
    probesRefused: sum("probesRefused"),
    probesWith503AndRetryAfter: sum("probesHonest"),
  };
}

/** Of the whole path, by a closed loop. */
async function saturationOf(handler: string): Promise<number> {
  const requests = requestsFor((SATURATION_SECONDS + WARM_UP_SECONDS) * PER_SECOND_MAX);
  const load = wrkVersion() === undefined ? runClosedLoop : runWrk;
  const subject = daemonSubject("saturation", { handler, runtime, config: { limits: { queue: QUEUE } } });
  const shape = { folder: values.folder, requests, seconds: SATURATION_SECONDS, warmUpSeconds: WARM_UP_SECONDS };
  return (await saturate(subject, { ...shape, connections: 64, load })).settled!.perSecond;
}

function requestsFor(count: number): RequestFile {
  return requestFile(values.folder, { bodyBytes: BODY_BYTES, count: Math.ceil(count) + 1000 });
}

async function measure(
  { handler, share, rate, requests }: { handler: string; share: number; rate: number; requests: RequestFile },
): Promise<Measured> {
  const folder = join(values.folder, "overload");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const daemon = await BenchDaemon.start({ folder, handler, runtime, config: { limits: { queue: QUEUE } } });
  try {
    const plan = { url: daemon.url, file: requests.path, stride: requests.stride, count: requests.count, first: 0 };
    const loading = runOpenLoop({ ...plan, rate, seconds, warmUpSeconds: 0, connections });
    const [loaded, window, probes] = await Promise.all([loading, settledRate(daemon), probe(daemon.url)]);
    const accepted = loaded.answered;
    const settled = await settledInTheEnd(daemon, accepted);
    return {
      share,
      offeredPerSecond: rate,
      sentPerSecond: loaded.sent / loaded.seconds,
      acceptedPerSecond: loaded.answered / loaded.seconds,
      settledPerSecond: window,
      refusedPerSecond: loaded.refused / loaded.seconds,
      ackP50Ms: loaded.latencyMs.p50,
      ackP99Ms: loaded.latencyMs.p99,
      errors: loaded.errors,
      unanswered: loaded.unanswered,
      accepted,
      settled,
      refused: loaded.refused + probes.refused,
      overloaded: await overloadedCount(daemon),
      probes: probes.sent,
      probesRefused: probes.refused,
      probesHonest: probes.honest,
      generatorCores: loaded.generatorCores,
    };
  } finally {
    await daemon.stop("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function settledRate(daemon: BenchDaemon): Promise<number> {
  await pause(SETTLE_SECONDS * 1000);
  const [before, startedAt] = [await daemon.processed(), performance.now()];
  await pause((seconds - SETTLE_SECONDS - 0.3) * 1000);
  const [after, endedAt] = [await daemon.processed(), performance.now()];
  return (after - before) / ((endedAt - startedAt) / 1000);
}

/** Waits until all that was accepted is settled; more than that would show as well. */
async function settledInTheEnd(daemon: BenchDaemon, accepted: number): Promise<number> {
  const until = performance.now() + DRAIN_SECONDS_MAX * 1000;
  for (;;) {
    const settled = await daemon.processed();
    const depth = await daemon.metric("hookd_queue_depth");
    if (depth === 0 && settled >= accepted) return settled;
    if (performance.now() > until) return settled;
    await pause(100);
  }
}

/** Looks at answers whole, beside the load: unsigned requests, which are refused before anything else when it is full. */
async function probe(url: string): Promise<{ sent: number; refused: number; honest: number }> {
  const seen = { sent: 0, refused: 0, honest: 0 };
  const until = performance.now() + (seconds - 0.5) * 1000;
  while (performance.now() < until) {
    const response = await fetch(url, { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } });
    await response.arrayBuffer();
    seen.sent += 1;
    if (response.status !== 401) seen.refused += 1;
    if (response.status === 503 && Number(response.headers.get("retry-after")) > 0) seen.honest += 1;
    await pause(PROBE_MS);
  }
  return seen;
}

async function overloadedCount(daemon: BenchDaemon): Promise<number> {
  const line = /^hookd_events_rejected_total\{[^}]*reason="overloaded"[^}]*\} (\d+)/m.exec(await daemon.metrics());
  return Number(line?.[1] ?? 0);
}
