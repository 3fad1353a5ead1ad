/**
 * Keeps a second daemon off the data directory. The lock is a file that names its owner; taking it over needs
 * proof that the owner is gone: the process no longer exists (same machine, same boot), or the file's time has
 * not been renewed for a while (another container or machine, or a reboot).
 */
import * as fs from "node:fs/promises";
import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { HookdError, systemCode } from "../../errors.ts";
import type { Clock } from "../../ports.ts";

const RENEW_MS = 2500;
const STALE_MS = 10_000;

interface Owner {
  pid: number;
  /** Start of the process in clock ticks since boot: tells it from a later one with its number. */
  started: string;
  boot: string;
  namespace: string;
}

/** Takes the lock of `folder`; resolves to its release. Rejects with ERR_STORE_LOCKED. */
export async function lockFolder(folder: string, clock: Clock): Promise<() => Promise<void>> {
  const path = join(folder, "lock");
  const me = thisProcess();
  await takeLock(path, me, clock);
  let cancel = () => {};
  const renew = () => {
    const now = clock.now() / 1000;
    cancel = clock.after(RENEW_MS, () => void fs.utimes(path, now, now).catch(() => {}).then(renew));
  };
  renew();
  return async () => {
    cancel();
    cancel = () => {};
    await fs.rm(path, { force: true });
  };
}

async function takeLock(path: string, me: Owner, clock: Clock): Promise<void> {
  const mine = `${path}.${me.pid}`;
  await fs.writeFile(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    for (;;) {
      if (await linkNew(mine, path)) return;
      await removeIfStale(path, me, clock);
    }
  } finally {
    await fs.rm(mine, { force: true });
  }
}

/** A link is made or is not, in one step; the file is never there half written. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function removeIfStale(path: string, me: Owner, clock: Clock): Promise<void> {
  let owner: Owner;
  let renewedAt: number;
  try {
    owner = JSON.parse(await fs.readFile(path, "utf8")) as Owner;
    renewedAt = (await fs.stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  const here = owner.boot === me.boot && owner.namespace === me.namespace && me.started !== "";
  const alive = here ? startOf(owner.pid) === owner.started : clock.now() - renewedAt < STALE_MS;
  if (alive) {
    throw new HookdError("ERR_STORE_LOCKED", `Cannot open "${path}": process ${owner.pid} holds it`);
  }
  // By renaming, only one of two that see the same stale lock gets to remove it.
  const grave = `${path}.stale.${me.pid}`;
  try {
    await fs.rename(path, grave);
    await fs.rm(grave, { force: true });
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

function thisProcess(): Owner {
  return {
    pid: process.pid,
    started: startOf(process.pid),
    boot: readOr("/proc/sys/kernel/random/boot_id"),
    namespace: linkOr("/proc/self/ns/pid"),
  };
}

/** Field 22 of /proc/PID/stat; "" when there is no such process, or no /proc. */
function startOf(pid: number): string {
  const stat = readOr(`/proc/${pid}/stat`);
  // The name in field 2 may hold spaces and brackets: count from its end.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function readOr(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}

function linkOr(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
