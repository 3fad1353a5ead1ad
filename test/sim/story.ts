/** What was seen of one simulated story, from outside: it is all that the judge of it looks at. */
import type { DeadLetter } from "../../src/model.ts";

export interface Ack {
  key: string;
  id: string;
  /** On the clock. */
  at: number;
}

export interface Run {
  id: string;
  key: string;
  order: string | undefined;
  attempt: number;
  body: string;
  /** Moments count what happened in the story, one after the other. */
  from: number;
  /** Infinity where the process died first. */
  to: number;
  /** On the clock. */
  endedAt: number;
  /** Which process, counted from 0. */
  life: number;
  kind: string;
}

/** Told by hookd as durable. */
export interface Settled {
  id: string;
  decision: "complete" | "retry" | "dead-letter" | "fail";
  moment: number;
  /** On the clock. */
  at: number;
}

export interface Story {
  /** Body by key. */
  sent: ReadonlyMap<string, string>;
  acks: readonly Ack[];
  runs: readonly Run[];
  settled: readonly Settled[];
  /** When all was over and the power had been cut once more: the state of each acked event, or that nobody knows it. */
  states: ReadonlyMap<string, string | undefined>;
  /** Every line of the dead-letter files. */
  lines: readonly string[];
  /** Open letters, as hookd lists them. */
  letters: readonly DeadLetter[];
  keepMs: number;
  endedAt: number;
  deaths: number;
  faults: number;
  /** Everything was settled in the end. */
  isOver: boolean;
}
