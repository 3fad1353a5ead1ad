/**
 * The rounds of a comparison: closed loops first, in an order that turns with each round, then open loops at shares of
 * the saturation that was just measured. A measurement that fails is told, and the others go on.
 */
import { messageOf } from "../../src/errors.ts";
import type { RequestFile } from "../load/request-file.ts";
import { runClosedLoop } from "../load/load.ts";
import { runWrk } from "../load/wrk.ts";
import { median, rotated } from "../statistics.ts";
import type { Subject } from "../subject.ts";
import type { Round, Terms } from "./comparison.ts";
import { measureOpen, type OpenMeasured } from "./open-loop.ts";
import { saturate, type Saturation } from "./saturate.ts";

export interface CompareOptions {
  subjects: readonly Subject[];
  terms: Terms;
  /** Where fresh folders are made. */
  folder: string;
  /** The requests that a subject takes. */
  requestsFor(subject: Subject): RequestFile;
  say(line: string): void;
}

export interface Compared {
  rounds: Round<Saturation>[];
  open: Round<OpenMeasured[]>[];
  failures: string[];
}

export async function compareSubjects(options: CompareOptions): Promise<Compared> {
  const { terms } = options;
  const failures: string[] = [];
  const rounds: Round<Saturation>[] = [];
  for (let round = 0; round < terms.rounds; round++) {
    rounds.push(await eachOnce(options, { round, failures, measure: (subject) => closed(subject, options) }));
  }
  const open: Round<OpenMeasured[]>[] = [];
  for (let round = 0; round < terms.openRounds; round++) {
    open.push(await eachOnce(options, { round, failures, measure: (subject) => opened(subject, options, rounds) }));
  }
  return { rounds, open, failures };
}

interface OneRound<T> {
  round: number;
  failures: string[];
  measure(subject: Subject): Promise<T>;
}

async function eachOnce<T>(options: CompareOptions, { round, failures, measure }: OneRound<T>): Promise<Round<T>> {
  const measured: Round<T> = {};
  for (const subject of rotated(options.subjects, round)) {
    try {
      measured[subject.name] = await measure(subject);
    } catch (error) {
      failures.push(`round ${round + 1}, ${subject.name}: ${messageOf(error)}`);
      options.say(failures.at(-1)!);
    }
  }
  return measured;
}

async function closed(subject: Subject, { terms, folder, requestsFor, say }: CompareOptions): Promise<Saturation> {
  const load = terms.generator === "wrk" ? runWrk : runClosedLoop;
  const one = await saturate(subject, { ...terms, folder, requests: requestsFor(subject), load });
  say(closedLine(subject.name, one));
  return one;
}

async function opened(
  subject: Subject,
  { terms, folder, requestsFor, say }: CompareOptions,
  rounds: readonly Round<Saturation>[],
): Promise<OpenMeasured[]> {
  const saturation = median(rounds.flatMap((round) => sustained(round[subject.name])));
  if (Number.isNaN(saturation)) throw new Error("its saturation is not known");
  const measured: OpenMeasured[] = [];
  for (const share of terms.shares) {
    const rate = Math.round(saturation * share);
    const one = await measureOpen(subject, { ...terms, folder, requests: requestsFor(subject), rate });
    say(openLine(subject.name, one));
    measured.push(one);
  }
  return measured;
}

/** What it keeps up with: events handled where handlers run, acks otherwise. */
function sustained(one: Saturation | undefined): number[] {
  return one === undefined ? [] : [Math.min(one.ackedPerSecond, one.settled?.perSecond ?? Infinity)];
}

function closedLine(name: string, { ackedPerSecond, settled, latencyMs, ...one }: Saturation): string {
  const handled = settled === undefined
    ? ""
    : `, handled ${Math.round(settled.perSecond)}/s${settled.complete ? "" : " (not all)"}`;
  const cores = `${one.generatorCores.toFixed(2)} + ${one.serverCores.toFixed(2)}`;
  return `closed ${name.padEnd(24)} acked ${Math.round(ackedPerSecond)}/s${handled}, p99 ${
    latencyMs.p99.toFixed(1)
  } ms, ` +
    `refused ${one.refused}, errors ${one.errors}, cores ${cores}`;
}

function openLine(name: string, { rate, latencyMs, fdatasyncMs, ...one }: OpenMeasured): string {
  const [p50, p99, p999, sync] = [latencyMs.p50, latencyMs.p99, latencyMs.p999, fdatasyncMs.p99].map((ms) =>
    ms.toFixed(2)
  );
  const lost = one.refused + one.errors + one.unanswered;
  return `open   ${name.padEnd(24)} ${rate}/s, p50 ${p50}, p99 ${p99}, p99.9 ${p999} ms, fdatasync p99 ${sync} ms, ` +
    `late ${one.late}, stall ${one.stallMs.toFixed(1)} ms, queued ${one.queued}, lost ${lost}, cores ${
      one.generatorCores.toFixed(2)
    } + ${one.serverCores.toFixed(2)}`;
}
