/** Words for a POSIX shell, and how this process was called, so that a printed line can be pasted. Pure. */
import { delimiter, isAbsolute, join, relative } from "node:path";

/** One word, quoted where a shell would make something else of it. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export interface Start {
  /** Absolute. */
  execPath: string;
  execArgv: readonly string[];
  /** Absolute; `process.argv[1]`. */
  script: string;
  cwd: string;
  /** `PATH` of the environment. */
  searchPath: string;
  isDeno: boolean;
  exists(file: string): boolean;
}

/**
 * The command line that starts the same hookd again from the same folder. Folders that npm and npx put in front
 * of `PATH` for their own time do not count: the shell that the line is pasted into does not have them.
 */
export function invocationOf(start: Start): string {
  const { script, execArgv, isDeno } = start;
  if (/[\\/]node_modules[\\/]\.bin[\\/]hookd$/.test(script)) return "npx hookd";
  if (/[\\/]hookd$/.test(script) && onPath("hookd", start) === script) return "hookd";
  const runtime = isDeno ? "deno" : "node";
  const words = onPath(runtime, start) === undefined ? [nearest(start.execPath, start.cwd)] : [runtime];
  if (isDeno) words.push("run", "-A");
  words.push(...execArgv, nearest(script, start.cwd));
  return words.map(shellWord).join(" ");
}

function onPath(name: string, { searchPath, exists }: Start): string | undefined {
  return searchPath.split(delimiter)
    .filter((folder) => isAbsolute(folder) && !folder.includes("node_modules"))
    .map((folder) => join(folder, name))
    .find(exists);
}

/** Relative where that leads down, so that the line stays short and its folder may move. */
function nearest(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path.startsWith("..") || isAbsolute(path) ? file : path;
}
