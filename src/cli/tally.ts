/**
 * Counts what comes of a run of requests, one after the other, and sums it up. The promise: a request adds to
 * exactly one term of `sent = accepted + duplicates + rejected + failed + unanswered`; and a million of them take
 * eight bytes each, for the exact percentiles.
 */
import assert from "node:assert/strict";
import { CHAOS_KINDS, type ChaosKind } from "./chaos.ts";
import { type Fate, isTaken, isTurnedAway } from "./fate.ts";

/** What came of one request. */
export interface ShotEnding {
  kind: ChaosKind | "plain";
  fate: Fate;
  /** Undefined: no answer came. */
  status: number | undefined;
  /** Since it was planned. */
  latencyMs: number;
  /** Whether the receiver did what it should; see `isExpected`. */
  expected: boolean;
}

export interface Latency {
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

export interface KindCount {
  sent: number;
  unexpected: number;
  by_status: Record<string, number>;
}

/** `sent` is the sum of the five terms that follow it; see `fate.ts` for what each means. */
export interface Summary {
  sent: number;
  accepted: number;
  duplicates: number;
  rejected: number;
  failed: number;
  unanswered: number;
  rejected_by_reason: Record<string, number>;
  failed_by_reason: Record<string, number>;
  unanswered_by_reason: Record<string, number>;
  unexpected: number;
  seconds: number;
  per_second: number;
  /** Under "none": no answer. */
  by_status: Record<string, number>;
  /** Of the answers to requests that chaos neither spoiled nor slowed; null when there were none. */
  latency_ms: Latency | null;
  by_kind: Partial<Record<ChaosKind | "plain", KindCount>>;
}

/**
 * What a sound receiver does: a good request is taken, however late or often it comes, and its handler does not
 * fail; a spoiled one is turned away. One that was cut off may be answered or not, but is never taken.
 */
export function isExpected(
  kind: ChaosKind | "plain",
  { fate, signsTime }: { fate: Fate; signsTime: boolean },
): boolean {
  switch (kind) {
    case "plain":
    case "duplicate":
    case "reorder":
    case "slow":
      return isTaken(fate);
    case "stale":
      return signsTime ? isTurnedAway(fate) : isTaken(fate);
    case "tamper":
    case "unsigned":
      return isTurnedAway(fate);
    case "truncate":
      return isTurnedAway(fate) || fate.kind === "unanswered";
  }
}

/** A receiver that makes up a new code for each answer fills no memory: those beyond count as "other". */
const REASONS_MAX = 100;

/** Counts by name. */
class Counts {
  readonly #counts = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(name: string): void {
    const known = this.#counts.size < REASONS_MAX || this.#counts.has(name);
    const counted = known ? name : "other";
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
    this.#total += 1;
  }

  /** By name, in alphabetical order, so that two runs can be compared. */
  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

export class Tally {
  readonly #fates = {
    accepted: new Counts(),
    duplicate: new Counts(),
    rejected: new Counts(),
    failed: new Counts(),
    unanswered: new Counts(),
  };
  readonly #statuses = new Counts();
  readonly #kinds = new Map<string, { unexpected: number; statuses: Counts }>();
  readonly #latencies: Float64Array;
  #timed = 0;

  /** `requestsMax`: as many are counted at most. */
  constructor(requestsMax: number) {
    this.#latencies = new Float64Array(requestsMax);
  }

  add({ kind, fate, status, latencyMs, expected }: ShotEnding): void {
    this.#fates[fate.kind].add("reason" in fate ? fate.reason : "");
    const statusName = String(status ?? "none");
    this.#statuses.add(statusName);
    const counted = this.#kinds.get(kind) ?? { unexpected: 0, statuses: new Counts() };
    counted.statuses.add(statusName);
    if (!expected) counted.unexpected += 1;
    this.#kinds.set(kind, counted);
    if (status === undefined || (kind !== "plain" && kind !== "duplicate" && kind !== "reorder")) return;
    assert(this.#timed < this.#latencies.length, "No more requests are counted than were planned");
    this.#latencies[this.#timed++] = latencyMs;
  }

  /** `seconds`: how long the run took. */
  sumUp(seconds: number): Summary {
    const { accepted, duplicate, rejected, failed, unanswered } = this.#fates;
    const sent = this.#statuses.total;
    assert.equal(
      accepted.total + duplicate.total + rejected.total + failed.total + unanswered.total,
      sent,
      "Each request has one fate",
    );
    const by_kind = this.#byKind();
    return {
      sent,
      accepted: accepted.total,
      duplicates: duplicate.total,
      rejected: rejected.total,
      failed: failed.total,
      unanswered: unanswered.total,
      rejected_by_reason: rejected.toJSON(),
      failed_by_reason: failed.toJSON(),
      unanswered_by_reason: unanswered.toJSON(),
      unexpected: Object.values(by_kind).reduce((sum, { unexpected }) => sum + unexpected, 0),
      seconds: round(seconds),
      per_second: round(sent / Math.max(seconds, 0.001)),
      by_status: this.#statuses.toJSON(),
      latency_ms: latencyOf(this.#latencies.subarray(0, this.#timed)),
      by_kind,
    };
  }

  #byKind(): Summary["by_kind"] {
    const by_kind: Summary["by_kind"] = {};
    for (const kind of ["plain", ...CHAOS_KINDS] as const) {
      const counted = this.#kinds.get(kind);
      if (counted === undefined) continue;
      const { unexpected, statuses } = counted;
      by_kind[kind] = { sent: statuses.total, unexpected, by_status: statuses.toJSON() };
    }
    return by_kind;
  }
}

/** By nearest rank: the smallest latency that so many percent did not exceed. */
export function latencyOf(latencies: Float64Array): Latency | null {
  const sorted = latencies.slice().sort();
  if (sorted.length === 0) return null;
  const rank = (percent: number) => round(sorted[Math.max(Math.ceil((percent / 100) * sorted.length) - 1, 0)] ?? 0);
  return { p50: rank(50), p90: rank(90), p99: rank(99), max: rank(100) };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
