/** Latencies in an HdrHistogram: three digits from a microsecond to two minutes, and what a report says of them. */
import { build } from "hdr-histogram-js";

export interface LatencySummary {
  count: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
  /** For plots: [1 / (1 - quantile), ms], the quantile coming closer to 1 by a factor of the square root of 2. */
  curve: [number, number][];
}

const HIGHEST_US = 120_000_000;

export class Latencies {
  readonly #histogram = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
  });

  record(ms: number): void {
    this.#histogram.recordValue(Math.min(Math.max(1, Math.round(ms * 1000)), HIGHEST_US));
  }

  /** In ms. */
  summary(): LatencySummary {
    const histogram = this.#histogram;
    const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
    const count = histogram.totalCount;
    const curve: [number, number][] = [];
    for (let step = 0; 2 ** (step / 2) <= count; step++) {
      const inverse = 2 ** (step / 2);
      curve.push([inverse, at(100 * (1 - 1 / inverse))]);
    }
    return {
      count,
      mean: histogram.mean / 1000,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      max: histogram.maxValue / 1000,
      curve,
    };
  }
}
