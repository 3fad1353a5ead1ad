/** Counts what came of a run of requests and sums it up: by status, by latency, by kind of chaos. Pure. */
import { CHAOS_KINDS, type ChaosKind } from "./chaos.ts";

/** What came of one request. */
export interface ShotEnding {
  kind: ChaosKind | "plain";
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

export interface Summary {
  sent: number;
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
 * What a sound receiver does: a good request is taken (2xx), however late or often it comes; a spoiled one is
 * not. One that was cut off may be answered or not, but never with a 2xx.
 */
export function isExpected(
  kind: ChaosKind | "plain",
  { status, signsTime }: { status: number | undefined; signsTime: boolean },
): boolean {
  const isTaken = status !== undefined && status >= 200 && status < 300;
  switch (kind) {
    case "plain":
    case "duplicate":
    case "reorder":
    case "slow":
      return isTaken;
    case "stale":
      return signsTime ? status !== undefined && !isTaken : isTaken;
    case "tamper":
    case "unsigned":
      return status !== undefined && !isTaken;
    case "truncate":
      return !isTaken;
  }
}

export function sumUp(endings: readonly ShotEnding[], seconds: number): Summary {
  const by_kind: Summary["by_kind"] = {};
  for (const kind of ["plain", ...CHAOS_KINDS] as const) {
    const some = endings.filter((ending) => ending.kind === kind);
    if (some.length > 0) by_kind[kind] = { sent: some.length, unexpected: unexpected(some), by_status: byStatus(some) };
  }
  const good = endings.filter(({ kind, status }) =>
    status !== undefined && (kind === "plain" || kind === "duplicate" || kind === "reorder")
  );
  return {
    sent: endings.length,
    unexpected: unexpected(endings),
    seconds: round(seconds),
    per_second: round(endings.length / Math.max(seconds, 0.001)),
    by_status: byStatus(endings),
    latency_ms: latencyOf(good.map(({ latencyMs }) => latencyMs)),
    by_kind,
  };
}

/** By nearest rank: the smallest latency that so many percent did not exceed. */
export function latencyOf(latencies: readonly number[]): Latency | null {
  const sorted = Float64Array.from(latencies).sort();
  if (sorted.length === 0) return null;
  const rank = (percent: number) => round(sorted[Math.max(Math.ceil((percent / 100) * sorted.length) - 1, 0)] ?? 0);
  return { p50: rank(50), p90: rank(90), p99: rank(99), max: rank(100) };
}

function unexpected(endings: readonly ShotEnding[]): number {
  return endings.filter(({ expected }) => !expected).length;
}

function byStatus(endings: readonly ShotEnding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of endings) counts[status ?? "none"] = (counts[status ?? "none"] ?? 0) + 1;
  return counts;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
