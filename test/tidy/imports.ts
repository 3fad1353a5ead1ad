/** Imports point one way, and each library has a home. */
import { posix } from "node:path";
import { codeText, lineAt } from "./code-text.ts";
import type { SourceFile } from "./source-tree.ts";

interface Import {
  line: number;
  /** The path from the root, for a relative import; else the name of the package. */
  target: string;
  /** A package's name, without `node:` modules. */
  kind: "file" | "package" | "runtime";
}

/** Files that every room may lean on, lowest first: each may import the layers before it and its own. */
const LEAVES = [
  "src/model.ts",
  "src/errors.ts",
  "src/handler.ts",
  "src/units.ts",
  "src/schema-errors.ts",
  "src/event-pattern.ts",
  "src/json-pointer.ts",
  "src/problem-body.ts",
  "src/operation.ts",
];
const PORTS = [...LEAVES, "src/presets/", "src/captured-request.ts", "src/ports.ts", "src/config.ts", "src/clock.ts"];
const ROOMS = ["accept", "dispatch", "execute", "settle", "store", "watch"].map((room) => `src/${room}/`);
/** What senders and tests of handlers use: nothing of the daemon. */
const SENDER = [...PORTS, "src/sender/"];
/** The side of execute that runs within a thread: it shares the protocol, its batches and the board, nothing else. */
const SHARED = ["src/execute/protocol.ts", "src/execute/run-batch.ts", "src/execute/board.ts"];
const THREAD = [...LEAVES, "src/execute/thread/", ...SHARED];
/** What lies in files beside the code: read at the edge only. */
const EDGE = ["src/config/", "src/version.ts"];
/** `daemon/` is the one room that knows the others: it joins them. */
const DAEMON = [...PORTS, ...EDGE, ...ROOMS, "src/sender/", "src/daemon/"];

/** What a file may import, by the longest prefix of its path. A prefix ends in `/`, or names files that begin so. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  ...each(LEAVES, LEAVES),
  "src/model.ts": [],
  "src/presets/": [...LEAVES, "src/presets/"],
  "src/captured-request.ts": PORTS,
  "src/ports.ts": PORTS,
  "src/config.ts": PORTS,
  "src/clock.ts": PORTS,
  ...each(EDGE, [...PORTS, ...EDGE]),
  ...Object.fromEntries(ROOMS.map((room) => [room, [...PORTS, room]])),
  "src/execute/thread/": THREAD,
  "src/daemon/": DAEMON,
  "src/sender/": SENDER,
  "src/mod.ts": LEAVES,
  // Runs a handler as a thread would, and brings the sender.
  "src/testing.ts": [...SENDER, ...THREAD],
  // Commands are given what they need of the daemon; main.ts joins the two.
  "src/cli/": [...SENDER, "src/config/", "src/cli/"],
  "src/main.ts": [...DAEMON, ...SENDER, "src/cli/"],
  "workers/main.ts": THREAD,
  // The handler author's folder reads as it would outside this repository.
  "workers/handlers/": ["workers/handlers/"],
};

/** Where a library may be imported. What is not listed may be imported anywhere, or is not a dependency. */
const HOMES: Record<string, readonly string[]> = {
  fastq: ["src/dispatch/"],
  piscina: ["src/execute/"],
  "lru-cache": ["src/store/", "src/execute/"],
  "prom-client": ["src/watch/"],
  pino: ["src/watch/"],
  "pino-pretty": ["src/watch/"],
  undici: ["src/sender/", "src/cli/"],
  yaml: ["src/config/", "src/cli/"],
  "fastest-levenshtein": ["src/config/", "src/cli/"],
  commander: ["src/cli/", "src/main.ts"],
  "cli-progress": ["src/cli/"],
};

/** Faults of all source files. */
export function importFaults(files: readonly SourceFile[]): string[] {
  return files.filter(({ path }) => /^(src|workers)\/.*\.ts$/.test(path)).flatMap((file) =>
    importsOf(file).flatMap((one) => faultOf(file.path, one).map((fault) => `${file.path}:${one.line}: ${fault}`))
  );
}

/** Every static and dynamic import and re-export of a file. */
function importsOf({ path, text }: SourceFile): Import[] {
  const code = codeText(text, { strings: "keep" });
  const pattern = /\b(?:import|export)\s+[^"'`;()]*?\bfrom\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g;
  return [...code.matchAll(pattern)].map((match) => {
    const specifier = match[1] ?? match[2] ?? "";
    const relative = specifier.startsWith(".");
    return {
      line: lineAt(code, match.index),
      kind: relative ? "file" : specifier.startsWith("node:") ? "runtime" : "package",
      target: relative ? posix.join(posix.dirname(path), specifier) : packageName(specifier),
    };
  });
}

function faultOf(path: string, { kind, target }: Import): string[] {
  if (kind === "runtime") return [];
  if (kind === "package") {
    if (path.startsWith("workers/handlers/") && target !== "hookd") return [`a handler here imports only "hookd"`];
    const homes = HOMES[target];
    return homes === undefined || homes.some((home) => path.startsWith(home))
      ? []
      : [`"${target}" is imported only in ${homes.join(", ")}`];
  }
  const rule = ruleFor(path);
  if (rule === undefined) return ["has no place in the order of imports: give it one in test/tidy/imports.ts"];
  return rule.some((prefix) => target.startsWith(prefix)) ? [] : [`may not import ${target}`];
}

function ruleFor(path: string): readonly string[] | undefined {
  const prefixes = Object.keys(MAY_IMPORT).filter((prefix) => path.startsWith(prefix));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : MAY_IMPORT[longest];
}

function packageName(specifier: string): string {
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

function each(paths: readonly string[], rule: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(paths.map((path) => [path, rule]));
}
