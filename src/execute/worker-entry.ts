/**
 * How a thread that runs our entry and the user's handlers is started on each runtime. Deno and newer Nodes run
 * TypeScript themselves; on an older Node tsx does it, and only where there is TypeScript to run.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";

export interface WorkerEntry {
  /** Absolute path. */
  filename: string;
  execArgv?: string[];
}

/**
 * The entry at `path`, relative to this file and without its extension: it has the one that this file has. The build
 * puts this file's code into a folder beside this one, so a path leads over the folder above.
 */
export function workerEntry(path: string, files: readonly string[]): WorkerEntry {
  const filename = fileURLToPath(new URL(path + (import.meta.url.endsWith(".ts") ? ".ts" : ".js"), import.meta.url));
  const typeScript = [filename, ...files].some((file) => /\.m?ts$/.test(file));
  return typeScript && !runsTypeScript() ? { filename, execArgv: ["--import", tsxLoader()] } : { filename };
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
