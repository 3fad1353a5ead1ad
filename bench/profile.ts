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
import { BenchDaemon } from "./daemon.ts";
import { keepResult, rounded } from "./keep-result.ts";
import { requestFile } from "./load/request-file.ts";
import { runWrk } from "./load/wrk.ts";
import { sharesOf } from "./profile/shares.ts";
import { ROOT } from "./root.ts";
import { freePort, startChild } from "./subjects/child.ts";
import { NODE, type Runtime } from "./subjects/runtime.ts";
import { BENCH_PATH } from "./terms.ts";

const WARM_UP_SECONDS = 2;
const PER_SECOND_MAX = 90_000;
/** No request is refused: that would be cheaper. */
const LIMITS = { queue: 50_000_000 };

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

interface Started {
  pid: number;
  url: string;
  stop(): Promise<void>;
}

const SUBJECTS: Record<string, () => Promise<Started>> = {
  floor: () => startFloor([]),
  "floor-hmac": () => startFloor(["hmac"]),
  "hookd-ack": () =>
    startHookd({
      handler: 'timeout: "1h", run: () => new Promise(() => {}),',
      config: { limits: LIMITS, pool: { threads: 1, per_thread: 1 } },
    }),
  hookd: () => startHookd({ config: { limits: LIMITS } }),
};

process.env["BENCH_PROFILE"] = file;
try {
  const subjects: Record<string, unknown> = {};
  for (const [name, start] of Object.entries(SUBJECTS)) subjects[name] = await measure(await start());
  keepResult("profile", { bodyBytes, connections: Number(values.connections), seconds, subjects });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function startFloor(args: readonly string[]): Promise<Started> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const command = [...profiled.command("bench/subjects/floor-server"), String(port), ...args];
  return { ...await startChild(command, { readyUrl: origin }), url: origin + BENCH_PATH };
}

async function startHookd(options: { handler?: string; config?: Record<string, unknown> }): Promise<Started> {
  const place = mkdtempSync(join(folder, "daemon-"));
  const daemon = await BenchDaemon.start({ folder: place, runtime: profiled, ...options });
  return { pid: daemon.pid, url: daemon.url, stop: () => daemon.stop("SIGKILL") };
}

async function measure({ pid, url, stop }: Started) {
  let first = 0;
  const load = async (seconds: number) => {
    const { path, stride, count } = requests;
    const before = mainThreadMsOf(pid)!;
    const shape = { url, file: path, stride, count, connections: Number(values.connections) };
    const { requests: answered, next } = await runWrk({ ...shape, first, seconds });
    first = next;
    return { perSecond: answered / seconds, us: (mainThreadMsOf(pid)! - before) * 1000 / answered };
  };
  try {
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
  } finally {
    await stop();
  }
}

async function written() {
  while (!existsSync(file)) await pause(50);
  const profile = JSON.parse(readFileSync(file, "utf8"));
  rmSync(file);
  return profile;
}
