/** What many stories came to, in numbers: that they reached what they are for. */
import type { Story } from "./story.ts";

export interface StoryCounts {
  acks: number;
  runs: number;
  deaths: number;
  faults: number;
  letters: number;
}

export function noCounts(): StoryCounts {
  return { acks: 0, runs: 0, deaths: 0, faults: 0, letters: 0 };
}

export function addCounts(counts: StoryCounts, { acks, runs, deaths, faults, letters }: Story): void {
  counts.acks += acks.length;
  counts.runs += runs.length;
  counts.deaths += deaths;
  counts.faults += faults;
  counts.letters += letters.length;
}
