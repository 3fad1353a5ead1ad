/**
 * How a thread that runs our entry and the user's handlers is started on each runtime. Deno and newer Nodes run
 * TypeScript themselves; on an older Node the types are stripped, or tsx does it where more than types is to go,
 * and only where there is TypeScript to run.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";

export interface WorkerEntry {
  /** Absolute path. */
  filename: string;
  execArgv?: string[];
}

/**
 * Who makes JavaScript of TypeScript in a thread: the runtime, `thread/stripped-modules.ts`, or tsx, which takes all
 * of TypeScript but costs each thread a second one for its hooks.
 */
export type Loading = "native" | "stripped" | "tsx";

/** How threads load handlers of which nothing is known yet. */
export function likelyLoading(): Loading {
  return loadingOf(["a.ts"]);
}

/** The lightest way to load these handler files; `stripped` may turn out not to be enough for them. */
export function loadingOf(files: readonly string[]): Loading {
  if (isTypeScript(import.meta.url)) return runsTypeScript() ? "native" : "tsx";
  return !files.some(isTypeScript) || runsTypeScript() ? "native" : "stripped";
}

/**
 * The entry at `path`, relative to this file and without its extension: it has the one that this file has. The build
 * puts this file's code into a folder beside this one, so a path leads over the folder above.
 */
export function workerEntry(path: string, loading: Loading): WorkerEntry {
  const filename = fileURLToPath(new URL(path + (isTypeScript(import.meta.url) ? ".ts" : ".js"), import.meta.url));
  switch (loading) {
    case "native":
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
