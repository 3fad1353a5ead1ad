/**
 * How many descriptors this process may open. Each connection takes one; when they run out, the journal and
 * the handlers starve too, and Deno's listener does not come back.
 */
import { readFileSync } from "node:fs";

/** The part of the descriptors that connections may take. */
const CONNECTIONS_SHARE = 0.7;

/** `connectionsMax`, or less where the process may not open so many. */
export function connectionsWithin(connectionsMax: number, filesMax: number | undefined = fileLimit()): number {
  return filesMax === undefined
    ? connectionsMax
    : Math.max(1, Math.min(connectionsMax, Math.floor(filesMax * CONNECTIONS_SHARE)));
}

/** The soft limit of open files; undefined where the system does not tell or sets none. */
function fileLimit(): number | undefined {
  try {
    return parseFileLimit(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return undefined;
  }
}

/** Reads the soft limit of "Max open files" from the text of Linux's `/proc/self/limits`. */
export function parseFileLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
