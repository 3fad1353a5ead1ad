/**
 * How a thread that runs our entry and the user's handlers is started on each runtime, where there is TypeScript to
 * run. Deno runs it itself. So do newer Nodes, with a stripper in each thread: they are given what was stripped once. On
 * an older Node the modules are linked by us as well, or tsx does it where more than types is to go.
 */
import nodeModule from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Loading } from "./protocol.ts";

export interface WorkerEntry {
  /** Absolute path. */
  filename: string;
  execArgv?: string[];
}

/** How threads load handlers of which nothing is known yet. */
export function likelyLoading(): Loading {
  return loadingOf(["a.ts"]);
}

/** The lightest way to load these handler files; it may turn out not to be enough for them. */
export function loadingOf(files: readonly string[]): Loading {
  if (isTypeScript(import.meta.url) || "Deno" in globalThis) return lastResort();
  // Whatever the files are: the thread that was started before they were known serves for all.
  if (runsTypeScript()) return "registerHooks" in nodeModule ? "hooked" : "native";
  return files.some(isTypeScript) ? "stripped" : "native";
}

/** What takes all that this runtime can take, and has the last word on a fault. */
export function lastResort(): Loading {
  return runsTypeScript() ? "native" : "tsx";
}

/**
 * The entry at `path`, relative to this file and without its extension: it has the one that this file has. The build
 * puts this file's code into a folder beside this one, so a path leads over the folder above.
 */
export function workerEntry(path: string, loading: Loading): WorkerEntry {
  const filename = fileURLToPath(new URL(path + (isTypeScript(import.meta.url) ? ".ts" : ".js"), import.meta.url));
  switch (loading) {
    case "native":
    case "hooked":
      return { filename };
    case "stripped":
      return {
        filename,
        execArgv: [
          "--experimental-vm-modules",
          "--experimental-import-meta-resolve",
          "--disable-warning=ExperimentalWarning",
        ],
      };
    case "tsx":
      return { filename, execArgv: ["--import", tsxLoader()] };
  }
}

function isTypeScript(file: string): boolean {
  return /\.m?ts$/.test(file);
}

function runsTypeScript(): boolean {
  return "Deno" in globalThis || Boolean((process.features as { typescript?: unknown }).typescript);
}

/** `--import tsx` does nothing for ES modules in a thread of Node 20: its two halves are registered by hand. */
function tsxLoader(): string {
  const [modules, commonJs] = [import.meta.resolve("tsx/esm/api"), import.meta.resolve("tsx/cjs/api")];
  const code = `import { register as modules } from ${JSON.stringify(modules)};
import { register as commonJs } from ${JSON.stringify(commonJs)};
modules();
commonJs();`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
