/**
 * How long a scrape of the metrics holds the main thread: all sources of the shipped hookd.yaml, so many event types,
 * every series of them born; alone, and with many mailboxes in the store, which a scrape counts by state.
 *
 *   npm run build && node dist/bench/micro/scrape.js [--rounds N] [--types N]
 *   deno run -A bench/micro/scrape.ts
 */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import type { AttemptRecord } from "../../src/model.ts";
import type { StoreStatus } from "../../src/ports.ts";
import { Mailboxes } from "../../src/store/mailboxes.ts";
import { Metrics } from "../../src/watch/metrics.ts";
import { mainThreadMs } from "../cpu-time.ts";
import { keepResult, ofRounds } from "../keep-result.ts";
import { ROOT } from "../root.ts";
import { rotated } from "../statistics.ts";

const OPENMETRICS = "application/openmetrics-text; version=1.0.0";
const OUTCOMES = ["ok", "failed", "refused"] as const;
/** Mailboxes with an ordering key that hold something, by case. */
const CASES = { none: 0, "100000 mailboxes": 100_000, "1000000 mailboxes": 1_000_000 };
const NOW = 1_700_000_000_000;

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "21" }, types: { type: "string", default: "200" } },
});
const [rounds, typeCount] = [Number(values.rounds), Number(values.types)];
const { sources: written } = parse(readFileSync(join(ROOT, "hookd.yaml"), "utf8")) as { sources: object };
const sources = Object.keys(written);
const types = Array.from({ length: typeCount }, (_, index) => `bench.type_${index}`);

const scrapes: Record<string, () => Promise<{ body: string }>> = {};
for (const [name, mailboxes] of Object.entries(CASES)) {
  const metrics = bornMetrics(mailboxes);
  scrapes[name] = () => metrics.text(undefined);
  if (mailboxes === 0) scrapes["openmetrics"] = () => metrics.text(OPENMETRICS);
}
const names = Object.keys(scrapes);
const blocked: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
const cpu: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
const size: Record<string, { bytes: number; series: number }> = {};
for (let round = -3; round < rounds; round++) {
  for (const name of rotated(names, Math.max(round, 0))) {
    const one = await measure(scrapes[name]!);
    size[name] = { bytes: Buffer.byteLength(one.body), series: one.body.match(/^[^#\n]/gm)?.length ?? 0 };
    if (round < 0) continue;
    blocked[name]!.push(one.blockedMs);
    cpu[name]!.push(one.cpuMs);
  }
}
const results = Object.fromEntries(
  names.map((name) => [name, { ...size[name], blockedMs: ofRounds(blocked[name]!), cpuMs: ofRounds(cpu[name]!) }]),
);
keepResult("scrape", { sources: sources.length, types: types.length, rounds, scrapes: results });

/** The longest time for which nothing else had its turn, while one scrape was made. */
async function measure(scrape: () => Promise<{ body: string }>) {
  let [blockedMs, last, done] = [0, performance.now(), false];
  const turn = () => {
    blockedMs = Math.max(blockedMs, performance.now() - last);
    last = performance.now();
    if (!done) setImmediate(turn);
  };
  setImmediate(turn);
  const before = mainThreadMs();
  const { body } = await scrape();
  const cpuMs = before === undefined ? NaN : mainThreadMs()! - before;
  done = true;
  await new Promise((resolve) => setImmediate(resolve));
  return { body, blockedMs, cpuMs };
}

/** As after a while of traffic: each type from each source, each outcome. */
function bornMetrics(mailboxes: number): Metrics {
  const boxes = new Mailboxes();
  for (let slot = 0; slot < mailboxes; slot++) boxes.add(slot, slot * 9_007_199_254 + 1);
  const metrics = new Metrics({
    version: "0.0.0",
    runtime: "bench",
    knownSource: () => true,
    knownType: () => true,
    status: () => statusOf(boxes),
    deadLetters: () => 17,
    threads: () => ({ idle: 1, busy: 1, starting: 0 }),
    now: () => NOW,
  });
  for (const source of sources) {
    metrics.acked(source, { seconds: 0.002, deadlineSeconds: 5 });
    metrics.rejected(source, "signature_invalid");
    metrics.duplicate(source, true);
    metrics.secretMatched(source, { key: 0, at: NOW });
    for (const type of types) {
      metrics.received(source, type);
      metrics.accepted(source, type);
    }
  }
  for (const type of types) {
    for (const outcome of OUTCOMES) metrics.attempted(type, attemptOf(outcome));
    metrics.ended(type, { kind: "processed", endToEndMs: 20, durationMs: 5 });
    metrics.ended(type, { kind: "dead", endToEndMs: 20, durationMs: 5 });
  }
  metrics.committed(0.001);
  return metrics;
}

function attemptOf(outcome: AttemptRecord["outcome"]): AttemptRecord {
  return { attempt: 1, startedAt: NOW, durationMs: 5, outcome, nextAttemptAt: NOW + 1000 };
}

/** As the journal tells it: the mailboxes are counted when somebody asks. */
function statusOf(boxes: Mailboxes): StoreStatus {
  return {
    accepting: true,
    depth: boxes.size,
    running: 0,
    oldestReceivedAt: NOW - 1000,
    get mailboxes() {
      return boxes.counts();
    },
    idempotency: { entries: 100_000, cacheHits: 5 },
    damage: [],
  };
}
