/** A whole comparison, as it is measured and kept: terms, machine, who took part, and every single measurement. */
import type { Machine } from "../machine/describe-machine.ts";
import type { Pauses } from "../machine/pauses.ts";
import type { Subject } from "../subject.ts";
import type { OpenMeasured } from "./open-loop.ts";
import type { Saturation } from "./saturate.ts";

export interface Terms {
  bodyBytes: number;
  connections: number;
  generator: "wrk" | "node";
  rounds: number;
  seconds: number;
  warmUpSeconds: number;
  openRounds: number;
  /** Rates of the open loop, as shares of the saturation measured before. */
  shares: number[];
}

export interface Participant extends Pick<Subject, "name" | "title" | "promises" | "lacks"> {
  versions: Record<string, string>;
}

/** By the subject's name; one that failed in this round is missing. */
export type Round<T> = Record<string, T>;

export interface Comparison {
  startedAt: string;
  machine: Machine;
  /** Before the first round. */
  pauses: Pauses;
  terms: Terms;
  subjects: Participant[];
  /** Subjects that could not run here, and why. */
  unavailable: Record<string, string>;
  /** What went wrong in single measurements. */
  failures: string[];
  rounds: Round<Saturation>[];
  /** Each with one measurement for each share. */
  open: Round<OpenMeasured[]>[];
}
