/** One row for each subject of a comparison: medians and spreads of its rounds, ratios formed within each round. */
import type { Comparison, Participant } from "../run/comparison.ts";
import type { OpenMeasured } from "../run/open-loop.ts";
import type { Saturation } from "../run/saturate.ts";
import { median, ratios, type Spread, spread } from "../statistics.ts";

export interface Row extends Participant {
  /** 2xx answers a second; undefined where all rounds failed. */
  acked: Spread | undefined;
  /** Events handled a second; undefined for who runs no handler. */
  settled: Spread | undefined;
  /** Whether handlers caught up with the acks in every round. */
  complete: boolean;
  refused: number;
  errors: number;
  /** Of acks, to the floor and to the floor with an HMAC on the same runtime. */
  toFloor: Spread | undefined;
  toFloorHmac: Spread | undefined;
  /** Of events handled, to the floor. */
  settledToFloor: Spread | undefined;
  closedP99Ms: Spread | undefined;
  generatorCores: number;
  serverCores: number;
  open: OpenRow[];
}

/** The open loop at one share of saturation. */
export interface OpenRow {
  share: number;
  rate: number;
  achieved: number;
  p50: Spread;
  p90: Spread;
  p99: Spread;
  p999: Spread;
  max: Spread;
  fdatasyncP99: Spread;
  /** Over all rounds. */
  unanswered: number;
  refused: number;
  errors: number;
  /** Parts of all that was sent. */
  late: number;
  queued: number;
  generatorCores: number;
  /** Of the round with the middle p99: [1 / (1 - quantile), ms]. */
  curve: [number, number][];
}

export function summarize(comparison: Comparison): Row[] {
  return comparison.subjects.map((subject) => rowOf(subject, comparison));
}

function rowOf(subject: Participant, { rounds, open, terms }: Comparison): Row {
  const { name } = subject;
  const suffix = name.endsWith("-deno") ? "-deno" : "";
  const ackedBy = (of: string) => rounds.map((round) => round[of]?.ackedPerSecond);
  const settled = rounds.map((round) => round[name]?.settled?.perSecond);
  const mine = rounds.flatMap((round) => round[name] ?? []);
  const across = (value: (one: Saturation) => number) => spread(mine.map(value));
  return {
    ...subject,
    acked: spread(mine.map((one) => one.ackedPerSecond)),
    settled: spread(settled.filter((one) => one !== undefined)),
    complete: mine.every((one) => one.settled?.complete !== false),
    refused: sum(mine.map((one) => one.refused)),
    errors: sum(mine.map((one) => one.errors)),
    toFloor: spread(ratios(ackedBy(name), ackedBy(`floor${suffix}`))),
    toFloorHmac: spread(ratios(ackedBy(name), ackedBy(`floor-hmac${suffix}`))),
    settledToFloor: spread(ratios(settled, ackedBy(`floor${suffix}`))),
    closedP99Ms: across((one) => one.latencyMs.p99),
    generatorCores: across((one) => one.generatorCores)?.median ?? 0,
    serverCores: across((one) => one.serverCores)?.median ?? 0,
    open: terms.shares.flatMap((share, index) => openRowOf(share, open.flatMap((round) => round[name]?.[index] ?? []))),
  };
}

function openRowOf(share: number, rounds: readonly OpenMeasured[]): OpenRow[] {
  if (rounds.length === 0) return [];
  const across = (value: (one: OpenMeasured) => number) => spread(rounds.map(value))!;
  const total = (value: (one: OpenMeasured) => number) => sum(rounds.map(value));
  const byP99 = [...rounds].sort((a, b) => a.latencyMs.p99 - b.latencyMs.p99);
  const sent = total((one) => one.sent);
  return [{
    share,
    rate: median(rounds.map((one) => one.rate)),
    achieved: median(rounds.map((one) => one.answered / one.seconds)),
    p50: across((one) => one.latencyMs.p50),
    p90: across((one) => one.latencyMs.p90),
    p99: across((one) => one.latencyMs.p99),
    p999: across((one) => one.latencyMs.p999),
    max: across((one) => one.latencyMs.max),
    fdatasyncP99: across((one) => one.fdatasyncMs.p99),
    unanswered: total((one) => one.unanswered),
    refused: total((one) => one.refused),
    errors: total((one) => one.errors),
    late: total((one) => one.late) / Math.max(1, sent),
    queued: total((one) => one.queued) / Math.max(1, sent),
    generatorCores: median(rounds.map((one) => one.generatorCores)),
    curve: byP99[Math.floor((byP99.length - 1) / 2)]!.latencyMs.curve,
  }];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
