/** What `hookd doctor` looks at on this machine: the data directory, its disk, the clock, the limit of open files. */
import { constants } from "node:fs";
import { access, open, readFile, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Config } from "../config.ts";
import { messageOf, systemCode } from "../errors.ts";

/** One thing that was looked at. */
export interface Finding {
  check: string;
  state: "ok" | "warning" | "fault";
  found: string;
  /** What to do about it; absent where all is well. */
  fix?: string;
}

export interface MachineNeeds {
  config: Pick<Config, "dataDir" | "limits">;
  now: () => number;
}

const GB = 1024 ** 3;
/** Below this a busy hour can fill the disk. */
const FREE_BYTES_WARN = 5 * GB;
const FREE_BYTES_FAULT = GB / 4;
/** So many syncs are timed, and one that takes longer than this (ms) makes every answer slow. */
const SYNCS = 16;
const SYNC_MS_WARN = 20;
/** Each connection takes a descriptor; hookd itself some dozens. */
const OWN_FILES = 200;
/** This version was not made before. */
const RELEASED_AT = Date.parse("2026-01-01T00:00:00Z");

export async function machineFindings({ config, now }: MachineNeeds): Promise<Finding[]> {
  const folder = await existing(config.dataDir);
  return [
    await folderFinding(config.dataDir, folder),
    await spaceFinding(folder),
    await syncFinding(folder),
    clockFinding(now()),
    await filesFinding(config.limits.connectionsMax),
  ];
}

/** The folder itself, or the one in which it will be made. */
async function existing(path: string): Promise<string> {
  try {
    await access(path, constants.F_OK);
    return path;
  } catch {
    const parent = dirname(path);
    return parent === path ? path : await existing(parent);
  }
}

async function folderFinding(wanted: string, folder: string): Promise<Finding> {
  const check = "data directory";
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    if (folder !== wanted) return { check, state: "ok", found: `${wanted} will be made` };
    const { mode } = await stat(folder);
    if ((mode & 0o077) === 0) return { check, state: "ok", found: wanted };
    const found = `${wanted} can be read by others (mode ${(mode & 0o777).toString(8)})`;
    return { check, state: "warning", found, fix: `chmod 700 ${wanted}` };
  } catch (error) {
    const found = `${folder}: ${systemCode(error) ?? messageOf(error)}`;
    return { check, state: "fault", found, fix: "give it to the user that runs hookd, or set another `data`" };
  }
}

async function spaceFinding(folder: string): Promise<Finding> {
  const check = "disk space";
  const { bavail, bsize, blocks } = await statfs(folder);
  const free = bavail * bsize;
  const share = blocks === 0 ? 0 : Math.round((100 * bavail) / blocks);
  const found = `${(free / GB).toFixed(1)} GB free (${share} %)`;
  if (free >= FREE_BYTES_WARN) return { check, state: "ok", found };
  const fix = "free space, or shorten retention.processed; on a full disk senders get 503";
  return { check, state: free < FREE_BYTES_FAULT ? "fault" : "warning", found, fix };
}

/** A few small writes, each synced, as each commit of the journal is. */
async function syncFinding(folder: string): Promise<Finding> {
  const check = "disk sync";
  const path = join(folder, `.hookd-doctor-${process.pid}`);
  try {
    const file = await open(path, "wx", 0o600);
    const times: number[] = [];
    try {
      for (let index = 0; index < SYNCS; index++) {
        const started = performance.now();
        await file.write("hookd doctor\n");
        await file.datasync();
        times.push(performance.now() - started);
      }
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
    const median = times.sort((a, b) => a - b)[Math.floor(SYNCS / 2)]!;
    const found = `${median.toFixed(2)} ms a sync (median of ${SYNCS})`;
    if (median <= SYNC_MS_WARN) return { check, state: "ok", found };
    return {
      check,
      state: "warning",
      found,
      fix: "put `data` on a faster local disk: no answer is quicker than its sync",
    };
  } catch (error) {
    const found = `could not write in ${folder}: ${systemCode(error) ?? messageOf(error)}`;
    return { check, state: "fault", found, fix: "see the data directory above" };
  }
}

function clockFinding(now: number): Finding {
  const check = "clock";
  const found = Number.isFinite(now) ? new Date(now).toISOString() : String(now);
  if (now > RELEASED_AT) return { check, state: "ok", found };
  const fix = "set it (NTP): signed times are compared with it, and retries and retention go by it";
  return { check, state: "fault", found: `${found}, before this version was made`, fix };
}

async function filesFinding(connectionsMax: number): Promise<Finding> {
  const check = "open files";
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const soft = Number(/^Max open files\s+(\d+)\s/m.exec(limits)?.[1] ?? NaN);
  if (Number.isNaN(soft)) return { check, state: "ok", found: "no limit is told" };
  const wanted = connectionsMax + OWN_FILES;
  const found = `${soft} for this user, limits.connections is ${connectionsMax}`;
  if (soft >= wanted) return { check, state: "ok", found };
  const fix =
    `raise it (ulimit -n ${wanted}, LimitNOFILE=${wanted} in the unit); until then hookd takes fewer connections`;
  return { check, state: "warning", found, fix };
}
