/**
 * A short comparison that fails where hookd has become slower against the floor than `bench/thresholds.json` allows.
 * Ratios within one interleaved run hold on any machine; where wrk is missing, the generator is ours.
 *
 *   npm run bench:check -- [--rounds 5] [--seconds 3]
 */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { PER_SECOND_MAX, requestFile } from "./load/request-file.ts";
import { wrkVersion } from "./load/wrk.ts";
import { figures } from "./report/markdown.ts";
import { ROOT } from "./root.ts";
import { compareSubjects } from "./run/compare-subjects.ts";
import { judgeRatios, type Thresholds } from "./run/judge-ratios.ts";
import { selectSubjects } from "./subjects/select-subjects.ts";

const BODY_BYTES = 1024;
const WARM_UP_SECONDS = 2;

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, seconds: { type: "string", default: "3" } },
});
const seconds = Number(values.seconds);
const folder = join(tmpdir(), "hookd-bench");
const { subjects } = await selectSubjects(["floor-hmac", "hookd-ack", "hookd"], ["node"]);
const { rounds, failures } = await compareSubjects({
  subjects,
  folder,
  requestsFor: () =>
    requestFile(folder, { bodyBytes: BODY_BYTES, count: (seconds + WARM_UP_SECONDS) * PER_SECOND_MAX }),
  say: (line) => console.error(line),
  terms: {
    bodyBytes: BODY_BYTES,
    connections: 64,
    generator: wrkVersion() === undefined ? "node" : "wrk",
    rounds: Number(values.rounds),
    seconds,
    warmUpSeconds: WARM_UP_SECONDS,
    openRounds: 0,
    shares: [],
  },
});
const thresholds = JSON.parse(readFileSync(join(ROOT, "bench/thresholds.json"), "utf8")) as Thresholds;
const judged = judgeRatios(rounds, thresholds);
for (const { what, ratio, least, passes } of judged) {
  console.log(`${passes ? "ok    " : "FAILED"} ${what}: ${figures(ratio, 3)}, at least ${least}`);
}
if (failures.length > 0 || judged.some((one) => !one.passes)) process.exitCode = 1;
