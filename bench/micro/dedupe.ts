/**
 * What the index of idempotency keys costs: bytes a key, and the time of a look-up that hits and one that misses, at a
 * million and ten million keys. Keys come over a whole window (`window`, as on a busy daemon), all at once (`burst`), and
 * in the number at which the tables have just doubled (`worst`). Each case runs in a process of its own.
 *
 *   npm run build && node dist/bench/micro/dedupe.js [--rounds N] [--counts 1000000,10000000]
 *   deno run -A bench/micro/dedupe.ts
 */
import { randomFillSync } from "node:crypto";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { parseArgs } from "node:util";
import { keyHash } from "../../src/store/hash.ts";
import { KeyIndex } from "../../src/store/journal/key-index.ts";
import { positionOf } from "../../src/store/journal/position.ts";
import { keepResult, ofRounds, rounded } from "../keep-result.ts";
import { collectGarbage, inOwnProcess } from "../own-process.ts";

const WINDOW_MS = 86_400_000;
const START = 1_700_000_000_000;
const RECORD_BYTES = 1475;
const RECORDS_PER_SEGMENT = 45_000;
const SEED = 4711;
/** The index doubles a table that is fuller than 0.85: this many keys in one bucket are one more than fit 2^23. */
const WORST = Math.floor(2 ** 23 * 0.85) + 1;
const LOOKUPS = 200_000;

interface Measured {
  /** Undefined where the runtime does not tell it. */
  arrayBufferBytesPerKey?: number;
  rssBytesPerKey: number;
  insertNs: number;
  hitNs: number[];
  missNs: number[];
  /** Hashing of the key and the look-up, as an append does it. */
  missWithHashNs: number[];
  falseCandidatesPerMillion: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    counts: { type: "string", default: "1000000,10000000" },
    case: { type: "string" },
  },
});
const rounds = Number(values.rounds);
if (values.case === undefined) await compare();
else console.log(JSON.stringify(await measure(values.case)));

async function compare(): Promise<void> {
  const results: Record<string, unknown> = {};
  const counts = values.counts.split(",").map(Number);
  const cases = [...counts.flatMap((count) => [`window ${count}`, `burst ${count}`]), `worst ${WORST}`];
  for (const one of cases) {
    const told = await inOwnProcess<Measured>(import.meta.url, ["--case", one, "--rounds", String(rounds)]);
    const { hitNs, missNs, missWithHashNs, ...rest } = told;
    const memory = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, rounded(value)]));
    const times = { hitNs: ofRounds(hitNs), missNs: ofRounds(missNs), missWithHashNs: ofRounds(missWithHashNs) };
    results[one] = { ...memory, ...times };
  }
  keepResult("dedupe", { rounds, keys: results });
}

async function measure(one: string): Promise<Measured> {
  const [shape, number] = one.split(" ");
  const count = Number(number);
  const spreadMs = shape === "window" ? WINDOW_MS : 0;
  // What `keyHash` makes of keys: uniform, so that some keys share a hash.
  const hashes = randomFillSync(new Uint32Array(count));
  await collectGarbage();
  const before = process.memoryUsage();
  const index = new KeyIndex(WINDOW_MS);
  const startedAt = performance.now();
  for (let serial = 0; serial < count; serial++) {
    index.insert(hashes[serial]!, placeOf(serial), START + Math.floor((serial / count) * spreadMs));
  }
  const insertNs = ((performance.now() - startedAt) * 1e6) / count;
  await collectGarbage();
  const after = process.memoryUsage();
  const arrayBufferBytes = after.arrayBuffers - before.arrayBuffers;
  return {
    ...(arrayBufferBytes > 0 && { arrayBufferBytesPerKey: arrayBufferBytes / count }),
    rssBytesPerKey: (after.rss - before.rss) / count,
    insertNs,
    ...lookUp(index, hashes),
  };
}

function lookUp(index: KeyIndex, hashes: Uint32Array) {
  const newest = segmentOf(hashes.length);
  const places = randomFillSync(new Uint32Array(LOOKUPS));
  const known = Uint32Array.from(places, (place) => hashes[place % hashes.length]!);
  const unknown = randomFillSync(new Uint32Array(LOOKUPS));
  const [hitNs, missNs, missWithHashNs]: [number[], number[], number[]] = [[], [], []];
  let falseCandidates = 0;
  const timed = (times: number[], round: number, hashOf: (look: number) => number) => {
    const started = performance.now();
    let found = 0;
    for (let look = 0; look < LOOKUPS; look++) found += index.candidates(hashOf(look), newest).length;
    if (round >= 0) times.push(((performance.now() - started) * 1e6) / LOOKUPS);
    return found;
  };
  for (let round = -1; round < rounds; round++) {
    const hits = timed(hitNs, round, (look) => known[look]!);
    if (hits < LOOKUPS) throw new Error(`${LOOKUPS - hits} keys were not found`);
    falseCandidates = timed(missNs, round, (look) => unknown[look]!);
    timed(missWithHashNs, round, (look) => keyHash(scopeOf(look), SEED));
  }
  return { hitNs, missNs, missWithHashNs, falseCandidatesPerMillion: (falseCandidates / LOOKUPS) * 1e6 };
}

function scopeOf(look: number): { source: string; key: string } {
  return { source: "bench", key: `7f1b1cf4-52d8-4f10-9d5c-${String(look).padStart(12, "0")}` };
}

function segmentOf(serial: number): number {
  return 1 + Math.floor(serial / RECORDS_PER_SEGMENT);
}

function placeOf(serial: number): number {
  return positionOf(segmentOf(serial), 64 + (serial % RECORDS_PER_SEGMENT) * RECORD_BYTES);
}
