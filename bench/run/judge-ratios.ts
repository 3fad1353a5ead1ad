/**
 * Whether the ratios of a short run are above the least that `bench/thresholds.json` records. The medians count: one
 * round that other work on the machine disturbed does not fail a change.
 */
import { ratios, type Spread, spread } from "../statistics.ts";
import type { Round } from "./comparison.ts";
import type { Saturation } from "./saturate.ts";

/** The least, by subject. */
export type Thresholds = Record<string, { ackedToFloorHmac?: number; handledToFloorHmac?: number }>;

export interface Judged {
  what: string;
  /** Undefined where no round measured it, which is a failure too. */
  ratio: Spread | undefined;
  least: number;
  passes: boolean;
}

export function judgeRatios(rounds: readonly Round<Saturation>[], thresholds: Thresholds): Judged[] {
  const floors = rounds.map((round) => round["floor-hmac"]?.ackedPerSecond);
  const judge = (what: string, values: (number | undefined)[], least: number | undefined): Judged[] => {
    if (least === undefined) return [];
    const ratio = spread(ratios(values, floors));
    return [{ what, ratio, least, passes: ratio !== undefined && ratio.median >= least }];
  };
  return Object.entries(thresholds).flatMap(([name, { ackedToFloorHmac, handledToFloorHmac }]) => [
    ...judge(`${name} acked / floor-hmac`, rounds.map((round) => round[name]?.ackedPerSecond), ackedToFloorHmac),
    ...judge(
      `${name} handled / floor-hmac`,
      rounds.map((round) => round[name]?.settled?.perSecond),
      handledToFloorHmac,
    ),
  ]);
}
