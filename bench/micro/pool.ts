/**
 * What an attempt costs beyond the hop to a thread and back: an empty TypeScript handler through the HandlerPool, against
 * a bare piscina of the same settings with an empty function, once given nothing (`bare`) and once the very request that
 * crosses to a handler (`bareSameRequest`).
 *
 *   npm run build && node dist/bench/micro/pool.js [--rounds N] [--in-flight 1,16,32,64] [--seconds N]
 *   deno run -A bench/micro/pool.ts
 */
import { Buffer } from "node:buffer";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Piscina } from "piscina";
import { systemClock } from "../../src/clock.ts";
import { discoverHandlers } from "../../src/execute/discover-handlers.ts";
import { HandlerPool } from "../../src/execute/handler-pool.ts";
import type { Delivery } from "../../src/model.ts";
import type { Attempted } from "../../src/ports.ts";
import { mainThreadMs } from "../cpu-time.ts";
import { writeHandler } from "../daemon.ts";
import { benchEvent } from "../fill-journal.ts";
import { keepResult, ofRounds } from "../keep-result.ts";
import { ratios, rotated } from "../statistics.ts";

const THREADS = 2;
const PER_THREAD = 32;
const BODY_BYTES = 1024;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    "in-flight": { type: "string", default: "1,16,32,64" },
    seconds: { type: "string", default: "0.5" },
    only: { type: "string", default: "hookd,bare,bareSameRequest" },
  },
});
const rounds = Number(values.rounds);
const ways = values.only.split(",");
const folder = mkdtempSync(join(tmpdir(), "hookd-pool-"));
const close: (() => Promise<unknown>)[] = [];
try {
  const run = await openWays();
  const results: Record<string, unknown> = {};
  for (const inFlight of values["in-flight"].split(",").map(Number)) results[inFlight] = await compare(run, inFlight);
  keepResult("pool", { threads: THREADS, perThread: PER_THREAD, bodyBytes: BODY_BYTES, rounds, inFlight: results });
} finally {
  await Promise.all(close.map((each) => each()));
  rmSync(folder, { recursive: true, force: true });
}

/** Each way to run once. */
async function openWays(): Promise<Record<string, () => Promise<unknown>>> {
  writeHandler(join(folder, "empty.ts"), "run() {}");
  const found = await discoverHandlers(folder);
  if (found.kind === "faulty") throw new Error(JSON.stringify(found.faults));
  const limits = { timeoutMs: 30_000, stuckAfterMs: 5000, memoryBytes: 256 * 2 ** 20, resultBytesMax: 262_144 };
  const pool = await HandlerPool.open({
    handlers: found.handlers,
    pool: { threads: THREADS, perThread: PER_THREAD, ...limits },
    emit: () => {},
    clock: systemClock,
  });
  const bare = new Piscina({
    filename: fileURLToPath(
      new URL(import.meta.url.endsWith(".ts") ? "./empty-task.ts" : "./empty-task.js", import.meta.url),
    ),
    minThreads: THREADS,
    maxThreads: THREADS,
    concurrentTasksPerWorker: PER_THREAD,
    maxQueue: THREADS * PER_THREAD * 2,
    atomics: "disabled",
    recordTiming: false,
  });
  close.push(() => pool.close(), () => bare.destroy());
  const delivery = deliveryOf();
  const plan = { entry: found.table.entries[0]!, timeoutMs: limits.timeoutMs, dataPointer: "" };
  const { event } = delivery;
  const request = { run: 1, file: 0, timeoutMs: 30_000, attempt: 1, dataPointer: "", ...event };
  return {
    hookd: async () => {
      const { outcome } = await new Promise<Attempted>((resolve) => pool.run(delivery, plan, resolve));
      if (outcome.kind !== "ok") throw new Error(JSON.stringify(outcome));
    },
    bare: () => bare.run(null),
    bareSameRequest: () => bare.run({ ...request }),
  };
}

function deliveryOf(): Delivery {
  const event = benchEvent(1, { bodyBytes: BODY_BYTES, mailboxes: 0 });
  // As it comes from the store: with a buffer of its own.
  const body = new Uint8Array(Buffer.from(event.body));
  return { event: { ...event, body, id: "0190f3d2-5b1e-7c3a-8d4e-1f2a3b4c5d6e" }, attempt: 1, generation: 0 };
}

async function compare(run: Record<string, () => Promise<unknown>>, inFlight: number) {
  const rates: Record<string, number[]> = Object.fromEntries(ways.map((way) => [way, []]));
  const cpu: Record<string, number[]> = Object.fromEntries(ways.map((way) => [way, []]));
  for (let round = -1; round < rounds; round++) {
    for (const way of rotated(ways, Math.max(round, 0))) {
      const { perSecond, cpuUs } = await measure(run[way]!, inFlight);
      if (round < 0) continue;
      rates[way]!.push(perSecond);
      cpu[way]!.push(cpuUs);
    }
  }
  return {
    ...Object.fromEntries(ways.map((way) => [way, {
      perSecond: ofRounds(rates[way]!),
      mainThreadCpuUsPerRun: ofRounds(cpu[way]!),
    }])),
    ratioToBare: ofRounds(ratios(rates["hookd"] ?? [], rates["bare"] ?? [])),
    ratioToSameRequest: ofRounds(ratios(rates["hookd"] ?? [], rates["bareSameRequest"] ?? [])),
  };
}

/** So many lanes, each starting its next run when its last one is answered. */
async function measure(run: () => Promise<unknown>, inFlight: number): Promise<{ perSecond: number; cpuUs: number }> {
  const [startedAt, cpuBefore] = [performance.now(), mainThreadMs()];
  const end = startedAt + Number(values.seconds) * 1000;
  let runs = 0;
  const lane = async () => {
    for (; performance.now() < end; runs++) await run();
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuMs = cpuBefore === undefined ? NaN : mainThreadMs()! - cpuBefore;
  return { perSecond: runs / seconds, cpuUs: (cpuMs * 1000) / runs };
}
