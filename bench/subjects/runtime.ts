/** The runtimes that our own subjects are measured on: Node runs what `tsc` built, as its users do, Deno the sources. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../root.ts";

export interface Runtime {
  name: "node" | "deno";
  /** The command that runs a file of this checkout, named without its extension, e.g. "src/main". */
  command(file: string): string[];
  /** Undefined where it is not installed. */
  version(): string | undefined;
}

const DENO = [join(ROOT, "test/runtimes/node_modules/deno/deno"), "deno"].find((path) =>
  path === "deno" || existsSync(path)
)!;

export const NODE: Runtime = {
  name: "node",
  command: (file) => [process.execPath, join(ROOT, "dist", `${file}.js`)],
  version: () => process.versions.node,
};

export const DENO_RUNTIME: Runtime = {
  name: "deno",
  command: (file) => [DENO, "run", "-A", join(ROOT, `${file}.ts`)],
  version: () => /^deno (\S+)/.exec(spawnSync(DENO, ["--version"], { encoding: "utf8" }).stdout ?? "")?.[1],
};

/** "hookd" on Node, "hookd-deno" on Deno. */
export function nameOn(runtime: Runtime, name: string): string {
  return runtime.name === "node" ? name : `${name}-${runtime.name}`;
}
