/** package.json, deno.json, tsconfig.json and the lockfiles say the same. */
import type { SourceFile } from "./source-tree.ts";

interface Manifest {
  version: string;
  scripts: Record<string, string>;
  exports: Record<string, { default: string } | string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

interface DenoManifest {
  imports: Record<string, string>;
  tasks: Record<string, string>;
}

export function manifestFaults(files: readonly SourceFile[]): string[] {
  const read = <T>(path: string) => JSON.parse(files.find((file) => file.path === path)?.text ?? "{}") as T;
  const npm = read<Manifest>("package.json");
  const deno = read<DenoManifest>("deno.json");
  const tsconfig = read<{ compilerOptions: { paths: Record<string, string[]> } }>("tsconfig.json");
  const npmLock = read<{ version: string; packages: Record<string, Manifest> }>("package-lock.json");
  const denoLock = read<{ specifiers: Record<string, string> }>("deno.lock");
  const wanted = { ...npm.dependencies, ...npm.devDependencies };
  const locked = { ...npmLock.packages[""]?.dependencies, ...npmLock.packages[""]?.devDependencies };
  const entries = entryPoints(npm);
  return [
    ...differences(deno.imports, entries).map((name) => `deno.json: imports["${name}"] is not package.json's export`),
    ...differences(singles(tsconfig.compilerOptions.paths), entries)
      .map((name) => `tsconfig.json: paths["${name}"] is not package.json's export`),
    ...["start", "test"].flatMap((task) => taskFaults(task, npm.scripts[task] ?? "", deno.tasks[task] ?? "")),
    ...differences(locked, wanted).map((name) => `package-lock.json: ${name} differs from package.json`),
    ...(npmLock.version === npm.version ? [] : ["package-lock.json: its version is not package.json's"]),
    ...Object.keys(wanted).filter((name) => !denoKnows(denoLock.specifiers, name, npmLock.packages))
      .map((name) => `deno.lock: ${name} is not locked at package-lock.json's version`),
  ];
}

/** The public entry points as sources: `hookd/testing` -> `./src/testing.ts`. */
function entryPoints({ exports }: Manifest): Record<string, string> {
  const pairs = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [[path.replace(/^\./, "hookd"), sourceOf(target.default)]]
  );
  return Object.fromEntries(pairs);
}

function sourceOf(built: string): string {
  return built.replace(/^\.\/dist\//, "./").replace(/\.js$/, ".ts");
}

/** Both run the same file with the same arguments; npm runs what the build made of it. */
function taskFaults(task: string, script: string, denoTask: string): string[] {
  const ofNpm = /(?:^|&& )node (\S+.*)$/.exec(script)?.[1] ?? "";
  const ofDeno = /^deno run -A (\S+.*)$/.exec(denoTask)?.[1] ?? "";
  return ofNpm.replace(/^dist\/(\S+)\.js/, "$1.ts") === ofDeno && ofDeno !== ""
    ? []
    : [`deno.json: the task "${task}" does not run what npm's does: "${ofDeno}" and "${ofNpm}"`];
}

function denoKnows(specifiers: Record<string, string>, name: string, packages: Record<string, Manifest>): boolean {
  const found = Object.entries(specifiers).find(([specifier]) => specifier.startsWith(`npm:${name}@`));
  return found?.[1].split("_")[0] === packages[`node_modules/${name}`]?.version;
}

function singles(lists: Record<string, readonly string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.join(" ")]));
}

/** The keys under which two records differ. */
function differences(one: Record<string, string>, other: Record<string, string>): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => one[key] !== other[key]);
}
