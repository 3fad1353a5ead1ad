/** What the load process is asked and what it tells. */
import type { LoadOptions } from "./closed-loop.ts";
import type { LatencySummary } from "./latencies.ts";

export interface LoadPlan extends LoadOptions {
  /** Sent likewise, before what is measured. */
  warmUpSeconds: number;
  /** Requests a second; undefined: as fast as they are answered. */
  rate?: number;
}

export interface LoadResult {
  /** Requests that were due in the measured time and were sent. */
  sent: number;
  /** Of these, answered 2xx. */
  answered: number;
  refused: number;
  errors: number;
  /** Due in the measured time, without any answer in the end. */
  unanswered: number;
  /** Sent more than 1 ms after they were due, although a connection rested: the generator's fault. */
  late: number;
  /** Sent late because all connections awaited answers: the server's fault, and part of the latency. */
  queued: number;
  /** The longest time between two looks at the clock: what the generator itself may have added to a latency. */
  stallMs: number;
  /** To the last answer, at least the measured time. */
  seconds: number;
  /** The first request of the file that was not sent. */
  next: number;
  /** Of 2xx answers, from when the request was due. */
  latencyMs: LatencySummary;
}
