/**
 * Compares hookd with the floors and its rivals: all in one run, in interleaved rounds, each measurement on a fresh
 * process and empty data. Prints the page that it also keeps in bench/results/, with the plots and all figures.
 *
 *   npm run bench -- [--rounds 5] [--seconds 5] [--open-rounds 3] [--shares 0.5] [--size 1024] [--connections 64]
 *                    [--subjects floor,floor-hmac,hookd-ack,hookd] [--runtime node,deno] [--name NAME] [--folder DIR]
 */
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { PER_SECOND_MAX, requestFile } from "./load/request-file.ts";
import { WRK_MISSING, wrkVersion } from "./load/wrk.ts";
import { describeMachine } from "./machine/describe-machine.ts";
import { measurePauses } from "./machine/pauses.ts";
import { keepReport } from "./report/keep-report.ts";
import { toMarkdown } from "./report/markdown.ts";
import { summarize } from "./report/summarize.ts";
import { ROOT } from "./root.ts";
import { compareSubjects } from "./run/compare-subjects.ts";
import type { Comparison, Participant, Terms } from "./run/comparison.ts";
import type { Subject } from "./subject.ts";
import { selectSubjects } from "./subjects/select-subjects.ts";

/** In place of PER_SECOND_MAX: requests of 16 KB cost all servers more, and the file has to stay in memory. */
const PER_SECOND_MAX_LARGE = 40_000;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "5" },
    "open-rounds": { type: "string", default: "3" },
    shares: { type: "string", default: "0.5" },
    size: { type: "string", default: "1024" },
    connections: { type: "string", default: "64" },
    subjects: { type: "string", default: "floor,floor-hmac,hookd-ack,hookd" },
    runtime: { type: "string", default: "node" },
    name: { type: "string" },
    folder: { type: "string", default: join(tmpdir(), "hookd-bench") },
  },
});

const terms: Terms = {
  bodyBytes: Number(values.size),
  connections: Number(values.connections),
  generator: wrkVersion() === undefined ? "node" : "wrk",
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  warmUpSeconds: 2,
  openRounds: Number(values["open-rounds"]),
  shares: values.shares.split(",").map(Number),
};
if (terms.generator === "node") console.error(`${WRK_MISSING}; without it the generator is ours, which costs more.`);

const startedAt = new Date().toISOString();
const { subjects, unavailable } = await selectSubjects(values.subjects.split(","), values.runtime.split(","));
for (const [name, why] of Object.entries(unavailable)) console.error(`not measured: ${name}: ${why}`);
const perSecond = terms.bodyBytes > 4096 ? PER_SECOND_MAX_LARGE : PER_SECOND_MAX;
const count = (terms.seconds + terms.warmUpSeconds) * perSecond;
const requestsFor = ({ shape }: Subject) => requestFile(values.folder, { bodyBytes: terms.bodyBytes, count, shape });
const machine = describeMachine(values.folder);
mkdirSync(values.folder, { recursive: true });
const pauses = await measurePauses(values.folder);
const say = (line: string) => console.error(line);
const measured = await compareSubjects({ subjects, terms, folder: values.folder, requestsFor, say });
const participants = await Promise.all(subjects.map(participant));
const comparison: Comparison = { startedAt, machine, pauses, terms, subjects: participants, unavailable, ...measured };
const name = values.name ?? `compare-${terms.bodyBytes / 1024}kb`;
console.log(toMarkdown(name, comparison, summarize(comparison)));
for (const file of keepReport(join(ROOT, "bench/results"), name, comparison)) console.error(`kept ${file}`);
process.exitCode = measured.failures.length > 0 ? 1 : 0;

async function participant(subject: Subject): Promise<Participant> {
  const { name, title, promises, lacks } = subject;
  return { name, title, promises, lacks, versions: await subject.versions() };
}
