/**
 * Keeps a second daemon off the data directory. The lock is a file that names its owner; taking it over needs
 * proof that the owner is gone: the process no longer exists (same machine, same boot), or the file's time has
 * not been renewed for a while (another container or machine, or a reboot).
 */
import * as fs from "node:fs/promises";
import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { crc32 } from "node:zlib";
import { HookdError, messageOf, systemCode } from "../../errors.ts";
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

/** What is found where the lock lies. */
interface Held {
  /** Undefined when the file says nothing: the power went before its bytes were on the medium. */
  owner: Owner | undefined;
  renewedAt: number;
  /** Tells this lock from any that takes its place. */
  mark: string;
}

/** Tells apart those of one process that want a lock at once. */
let serial = 0;

/** Takes the lock of `folder`; resolves to its release. Rejects with ERR_STORE_LOCKED or _UNREADABLE. */
export async function lockFolder(folder: string, clock: Clock): Promise<() => Promise<void>> {
  const path = join(folder, "lock");
  try {
    await takeLock(path, clock);
  } catch (cause) {
    if (cause instanceof HookdError) throw cause;
    throw new HookdError("ERR_STORE_UNREADABLE", `Cannot lock "${path}": ${messageOf(cause)}`, { cause });
  }
  return keepRenewed(path, clock);
}

/** Renews the lock until it is released. From then on the file may be another's: it is not touched any more. */
function keepRenewed(path: string, clock: Clock): () => Promise<void> {
  let isReleased = false;
  let cancel = () => {};
  const renewLater = () => {
    if (!isReleased) cancel = clock.after(RENEW_MS, renew);
  };
  const renew = () => {
    const now = clock.now() / 1000;
    void fs.utimes(path, now, now).catch(() => {}).then(renewLater);
  };
  renewLater();
  return async () => {
    if (isReleased) return;
    isReleased = true;
    cancel();
    await fs.rm(path, { force: true });
  };
}

async function takeLock(path: string, clock: Clock): Promise<void> {
  const me = thisProcess();
  const mine = `${path}.${me.pid}.${serial++}`;
  await fs.writeFile(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    while (!(await linkNew(mine, path))) {
      const held = await look(path);
      if (held === undefined) continue;
      if (isAlive(held, me, clock)) throw lockedError(path, held);
      if (await takeOver(path, { held, mine, clock })) return;
    }
  } finally {
    await fs.rm(mine, { force: true });
  }
}

/**
 * Puts `mine` in the place of a stale lock, if it is still there. Of all that see the same stale lock, only the one
 * that holds the lock of this deed may do it: without that, the slower of two would replace the lock of the faster.
 */
async function takeOver(
  path: string,
  { held, mine, clock }: { held: Held; mine: string; clock: Clock },
): Promise<boolean> {
  const deed = `${path}.${held.mark}`;
  await takeLock(deed, clock);
  try {
    if ((await look(path))?.mark !== held.mark) return false;
    await fs.rename(mine, path);
    return true;
  } finally {
    await fs.rm(deed, { force: true });
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

async function look(path: string): Promise<Held | undefined> {
  try {
    const { mtimeMs, ino } = await fs.stat(path);
    const text = await fs.readFile(path, "utf8");
    return { owner: readOwner(text), renewedAt: mtimeMs, mark: `${ino}-${crc32(text)}` };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readOwner(text: string): Owner | undefined {
  try {
    return (JSON.parse(text) as Owner | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ owner, renewedAt }: Held, me: Owner, clock: Clock): boolean {
  const isHere = owner?.boot === me.boot && owner.namespace === me.namespace && me.started !== "";
  return isHere ? startOf(owner.pid) === owner.started : clock.now() - renewedAt < STALE_MS;
}

function lockedError(path: string, { owner }: Held): HookdError {
  const who = owner === undefined ? "somebody" : `process ${owner.pid}`;
  return new HookdError("ERR_STORE_LOCKED", `Cannot open "${path}": ${who} holds it`);
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
