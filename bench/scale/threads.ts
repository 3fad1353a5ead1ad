/**
 * The whole path (acked, handled by an empty handler, settled) with other numbers of threads and of attempts at once in
 * each: a closed loop of 64 connections on a fresh daemon for each cell, in turns.
 *
 *   npm run build && node dist/bench/scale/threads.js [--rounds 2] [--seconds 3] [--threads 1,2,4]
 *                                                     [--per-thread 1,16,64] [--runtime deno]
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { daemonSubject, runtimeNamed } from "../daemon.ts";
import { keepResult, ofRounds } from "../keep-result.ts";
import { runClosedLoop } from "../load/load.ts";
import { PER_SECOND_MAX, requestFile } from "../load/request-file.ts";
import { runWrk, wrkVersion } from "../load/wrk.ts";
import { saturate } from "../run/saturate.ts";
import { rotated } from "../statistics.ts";

const CONNECTIONS = 64;
const BODY_BYTES = 1024;
const WARM_UP_SECONDS = 1;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "2" },
    seconds: { type: "string", default: "3" },
    threads: { type: "string", default: "1,2,4" },
    "per-thread": { type: "string", default: "1,16,64" },
    runtime: { type: "string" },
    folder: { type: "string", default: join(tmpdir(), "hookd-scale") },
  },
});
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const runtime = runtimeNamed(values.runtime);
const load = wrkVersion() === undefined ? runClosedLoop : runWrk;
const requests = requestFile(values.folder, {
  bodyBytes: BODY_BYTES,
  count: (seconds + WARM_UP_SECONDS) * PER_SECOND_MAX,
});
const cells = numbers(values.threads).flatMap((threads) =>
  numbers(values["per-thread"]).map((perThread) => ({ threads, perThread, name: `${threads} x ${perThread}` }))
);
const measured: Record<string, { acked: number[]; settled: number[]; cores: number[] }> = Object.fromEntries(
  cells.map(({ name }) => [name, { acked: [], settled: [], cores: [] }]),
);
for (let round = 0; round < rounds; round++) {
  for (const { name, threads, perThread } of rotated(cells, round * 4)) {
    const config = { pool: { threads, per_thread: perThread }, limits: { queue: 50_000_000 } };
    const subject = daemonSubject(`threads-${threads}-${perThread}`, { config, runtime });
    const shape = { folder: values.folder, requests, seconds, warmUpSeconds: WARM_UP_SECONDS, load };
    const one = await saturate(subject, { ...shape, connections: CONNECTIONS });
    console.error(
      `${name}: acked ${Math.round(one.ackedPerSecond)}/s, settled ${Math.round(one.settled!.perSecond)}/s`,
    );
    measured[name]!.acked.push(one.ackedPerSecond);
    measured[name]!.settled.push(one.settled!.perSecond);
    measured[name]!.cores.push(one.serverCores);
  }
}
const results = Object.fromEntries(cells.map(({ name }) => {
  const { acked, settled, cores } = measured[name]!;
  const told = { settledPerSecond: ofRounds(settled), ackedPerSecond: ofRounds(acked), serverCores: ofRounds(cores) };
  return [name, told];
}));
const shape = { bodyBytes: BODY_BYTES, connections: CONNECTIONS, generator: load === runWrk ? "wrk" : "node" };
keepResult(
  "threads",
  { ...shape, rounds, seconds, threadsByPerThread: results },
  `${runtime.name} ${runtime.version()}`,
);

function numbers(list: string): number[] {
  return list.split(",").map(Number);
}
