/**
 * Where the main thread's time goes at saturation, in microseconds a request: the floors and hookd, each measured once
 * without a profile, for its cost, and once with one, for the shares.
 *
 *   npm run build && node dist/bench/profile.js [--seconds 5] [--connections 64] [--size 1024]
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { mainThreadMsOf } from "./cpu-time.ts";
import { keepResult, rounded } from "./keep-result.ts";
import { PER_SECOND_MAX, requestFile } from "./load/request-file.ts";
import { runWrk } from "./load/wrk.ts";
import { sharesOf } from "./profile/shares.ts";
import { ROOT } from "./root.ts";
import { withFresh } from "./run/with-fresh.ts";
import type { RunningSubject } from "./subject.ts";
import { floor, floorHmac } from "./subjects/floor.ts";
import { hookd, hookdAck } from "./subjects/hookd.ts";
import { NODE, type Runtime } from "./subjects/runtime.ts";

const WARM_UP_SECONDS = 2;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "64" },
    size: { type: "string", default: "1024" },
  },
});
const seconds = Number(values.seconds);
const bodyBytes = Number(values.size);
const folder = mkdtempSync(join(tmpdir(), "hookd-profile-"));
const file = join(folder, "profile.json");
const requests = requestFile(join(tmpdir(), "hookd-bench"), {
  bodyBytes,
  count: (WARM_UP_SECONDS + 2 * seconds) * PER_SECOND_MAX,
});
/** The process that is started loads the profiler first. */
const profiled: Runtime = {
  ...NODE,
  command: (path) => {
    const [node = "", ...args] = NODE.command(path);
    return [node, "--import", join(ROOT, "dist/bench/profile/profiler-process.js"), ...args];
  },
};

const SUBJECTS = [floor, floorHmac, hookdAck, hookd].map((make) => make(profiled));

process.env["BENCH_PROFILE"] = file;
try {
  const subjects: Record<string, unknown> = {};
  for (const subject of SUBJECTS) subjects[subject.name] = await withFresh(subject, folder, measure);
  keepResult("profile", { bodyBytes, connections: Number(values.connections), seconds, subjects });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(running: RunningSubject) {
  const { url } = running;
  const pid = running.pid!;
  let first = 0;
  const load = async (seconds: number) => {
    const { path, stride, count } = requests;
    const before = mainThreadMsOf(pid)!;
    const shape = { url, file: path, stride, count, connections: Number(values.connections) };
    const { requests: answered, next } = await runWrk({ ...shape, first, seconds });
    first = next;
    return { perSecond: answered / seconds, us: (mainThreadMsOf(pid)! - before) * 1000 / answered };
  };
  await load(WARM_UP_SECONDS);
  const { perSecond, us } = await load(seconds);
  process.kill(pid, "SIGUSR2");
  await load(seconds);
  process.kill(pid, "SIGUSR2");
  const shares = [...sharesOf(await written())].sort(([, a], [, b]) => b - a);
  return {
    perSecond: Math.round(perSecond),
    mainThreadUs: rounded(us),
    us: Object.fromEntries(shares.map(([group, share]) => [group, rounded(share * us)])),
  };
}

async function written() {
  while (!existsSync(file)) await pause(50);
  const profile = JSON.parse(readFileSync(file, "utf8"));
  rmSync(file);
  return profile;
}
