/** What of a rival is installed, in which version, and what to install where it is not. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { NODE, RIVALS_FOLDER } from "./process-group.ts";

const execute = promisify(execFile);

/** The Python whose packages come from Debian; a pyenv's or a conda's before it on the PATH has none of them. */
export const PYTHON = "/usr/bin/python3";

/** Why these programs of Debian packages cannot run, given as program -> package. */
export function missingPrograms(programs: Record<string, string>): string | undefined {
  const missing = Object.entries(programs).filter(([program]) => pathOf(program) === undefined);
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map(([, debian]) => debian))].join(" ");
  return `${missing.map(([program]) => program).join(" and ")} not found: apt-get install ${packages}`;
}

/** Why these npm packages of bench/rivals cannot run. */
export function missingPackages(...names: readonly string[]): string | undefined {
  const missing = names.filter((name) => !existsSync(manifest(name)));
  if (missing.length === 0) return undefined;
  return `${missing.join(" and ")} not found: npm ci --ignore-scripts --prefix bench/rivals`;
}

/** Why these modules of Debian's Python cannot run, given as module -> package. */
export async function missingModules(modules: Record<string, string>): Promise<string | undefined> {
  try {
    await execute(PYTHON, ["-c", `import ${Object.keys(modules).join(", ")}`]);
    return undefined;
  } catch {
    return `${PYTHON} lacks one of ${Object.keys(modules).join(", ")}: ` +
      `apt-get install python3 ${Object.values(modules).join(" ")}`;
  }
}

export function packageVersion(name: string): string {
  const { version } = JSON.parse(readFileSync(manifest(name), "utf8")) as { version: string };
  return version;
}

export async function nodeVersion(): Promise<string> {
  return (await execute(NODE, ["--version"])).stdout.trim().replace(/^v/, "");
}

/** The first number with dots of what the program prints. */
export async function programVersion(program: string, flag: string): Promise<string> {
  const { stdout, stderr } = await execute(program, [flag]);
  return /\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0] ?? "unknown";
}

export async function pythonVersions(...names: readonly string[]): Promise<Record<string, string>> {
  const code = "import sys, json, platform\nfrom importlib.metadata import version\n" +
    "print(json.dumps({'python': platform.python_version(), **{n: version(n) for n in sys.argv[1:]}}))";
  const { stdout } = await execute(PYTHON, ["-c", code, ...names]);
  return JSON.parse(stdout) as Record<string, string>;
}

function manifest(name: string): string {
  return join(RIVALS_FOLDER, "node_modules", name, "package.json");
}

function pathOf(program: string): string | undefined {
  return (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, program)).find(existsSync);
}
