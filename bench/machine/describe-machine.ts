/** What the figures were measured on. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import process from "node:process";

export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  /** Of the folder where all subjects keep their data, e.g. "ext4 on /dev/vda". */
  fileSystem: string;
  /** What the bench itself runs on. */
  node: string;
  load: string;
}

export function describeMachine(folder: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: `${process.platform} ${release()}`,
    fileSystem: fileSystemOf(folder),
    node: process.versions.node,
    load: readLoad(),
  };
}

function fileSystemOf(folder: string): string {
  try {
    const line = execFileSync("df", ["--output=fstype,source", folder], { encoding: "utf8" }).trim().split("\n").at(-1);
    const [type, device] = (line ?? "").trim().split(/\s+/);
    return `${type} on ${device}`;
  } catch {
    return "unknown";
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
