/** What the figures were measured on. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import process from "node:process";
import { wrkVersion } from "../load/wrk.ts";
import { ROOT } from "../root.ts";

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  /** Of the folder where all subjects keep their data, e.g. "ext4 on /dev/vda". */
  fileSystem: string;
  /** What the bench itself runs on. */
  node: string;
  /** Of the closed loop's generator; undefined where it is ours. */
  wrk?: string;
  /** Of hookd, with "+" where files were changed since. */
  commit: string;
  load: string;
}

export function describeMachine(folder: string): Machine {
  const wrk = wrkVersion();
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: `${process.platform} ${release()}`,
    fileSystem: fileSystemOf(folder),
    node: process.versions.node,
    ...(wrk === undefined ? {} : { wrk }),
    commit: readCommit(),
    load: readLoad(),
  };
}

function fileSystemOf(folder: string): string {
  const line = read("df", ["--output=fstype,source", folder])?.split("\n").at(-1);
  const [type, device] = line?.split(/\s+/) ?? [];
  return device === undefined ? "unknown" : `${type} on ${device}`;
}

function readCommit(): string {
  const commit = read("git", ["-C", ROOT, "rev-parse", "--short", "HEAD"]);
  const changed = read("git", ["-C", ROOT, "status", "--porcelain", "--untracked-files=no"]);
  return commit === undefined ? "unknown" : `${commit}${changed === "" ? "" : "+"}`;
}

/** What a command says; undefined where it cannot be run. */
function read(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}

/** The load of the last minute when the bench began: other work on the machine shows here. */
function readLoad(): string {
  try {
    return readFileSync("/proc/loadavg", "utf8").split(" ")[0] ?? "unknown";
  } catch {
    return "unknown";
  }
}
