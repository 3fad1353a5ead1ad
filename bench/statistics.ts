/** Medians and spreads, and ratios that are formed within a round, so that what slows a whole round falls out. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** Undefined of nothing. */
export function spread(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  return { median: median(sorted), min: sorted[0]!, max: sorted.at(-1)! };
}

/** The middle value; of an even number, the mean of the middle two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Each value over the other one's of the same round; rounds that lack one of them are left out. */
export function ratios(
  values: readonly (number | undefined)[],
  to: readonly (number | undefined)[],
): number[] {
  return values.flatMap((value, round) => {
    const base = to[round];
    return value === undefined || base === undefined || base === 0 ? [] : [value / base];
  });
}

/** The order of a round: each subject comes first once, and after a different one as rounds go on. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const by = items.length === 0 ? 0 : round % items.length;
  const turned = [...items.slice(by), ...items.slice(0, by)];
  return Math.floor(round / Math.max(items.length, 1)) % 2 === 0 ? turned : turned.reverse();
}
