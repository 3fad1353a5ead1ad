/**
 * Compares hookd with the floors and its rivals: all in one run, in interleaved rounds, each measurement on a fresh
 * process and empty data.
 *
 *   npm run bench -- [--rounds 5] [--seconds 5] [--size 1024|16384] [--subjects floor,hookd-ack] [--runtime node,deno]
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { requestFile } from "./load/request-file.ts";
import { runWrk, WRK_MISSING, wrkVersion } from "./load/wrk.ts";
import { saturate, type Saturation } from "./run/saturate.ts";
import { ratios, rotated, spread } from "./statistics.ts";
import type { Subject } from "./subject.ts";
import { selectSubjects } from "./subjects/select-subjects.ts";

/** More than any server here takes in a second, so that no run is out of requests. */
const PER_SECOND_MAX: Record<number, number> = { 1024: 90_000, 16384: 40_000 };

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    "warm-up": { type: "string", default: "2" },
    size: { type: "string", default: "1024" },
    connections: { type: "string", default: "64" },
    subjects: { type: "string", default: "floor,floor-hmac,hookd-ack,hookd" },
    runtime: { type: "string", default: "node" },
    folder: { type: "string", default: join(tmpdir(), "hookd-bench") },
  },
});

if (wrkVersion() === undefined) {
  console.error(WRK_MISSING);
  process.exit(2);
}
const subjects = await selectSubjects(values.subjects.split(","), values.runtime.split(","));
const size = Number(values.size);
const [seconds, warmUpSeconds] = [Number(values.seconds), Number(values["warm-up"])];
const requests = requestFile(values.folder, {
  bodyBytes: size,
  count: (seconds + warmUpSeconds) * (PER_SECOND_MAX[size] ?? 90_000),
});
const rounds: Map<string, Saturation>[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const measured = new Map<string, Saturation>();
  for (const subject of rotated(subjects, round)) {
    const one = await saturate(subject, {
      folder: values.folder,
      requests,
      seconds,
      warmUpSeconds,
      connections: Number(values.connections),
      load: runWrk,
    });
    measured.set(subject.name, one);
    console.error(line(round, subject, one));
  }
  rounds.push(measured);
}
for (const subject of subjects) console.log(summary(subject));

function line(round: number, subject: Subject, one: Saturation): string {
  const settled = one.settled === undefined
    ? ""
    : ` settled ${Math.round(one.settled.perSecond)}/s${one.settled.complete ? "" : " (not all)"}`;
  return `${round} ${subject.name.padEnd(16)} ${Math.round(one.ackedPerSecond)}/s${settled} p99 ${
    one.latencyMs.p99.toFixed(1)
  } ms, refused ${one.refused}, errors ${one.errors}, cores ${one.generatorCores.toFixed(2)} + ${
    one.serverCores.toFixed(2)
  }`;
}

function summary({ name }: Subject): string {
  const acked = (of: string) => rounds.map((round) => round.get(of)?.ackedPerSecond);
  const settled = rounds.map((round) => round.get(name)?.settled?.perSecond);
  const parts = [`${name.padEnd(16)} acked ${text(acked(name))}`];
  const suffix = name.endsWith("-deno") ? "-deno" : "";
  for (const floor of [`floor${suffix}`, `floor-hmac${suffix}`]) {
    parts.push(`to ${floor} ${text(ratios(acked(name), acked(floor)), 3)}`);
  }
  if (settled.some((one) => one !== undefined)) {
    parts.push(`settled ${text(settled)}, to floor${suffix} ${text(ratios(settled, acked(`floor${suffix}`)), 3)}`);
  }
  return parts.join("; ");
}

function text(of: readonly (number | undefined)[], digits = 0): string {
  const all = spread(of.filter((one) => one !== undefined));
  if (all === undefined) return "-";
  return `${all.median.toFixed(digits)} (${all.min.toFixed(digits)}-${all.max.toFixed(digits)})`;
}
