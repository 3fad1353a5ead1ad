/** Each file is named, opened and tested as the house does it. */
import type { SourceFile } from "./source-tree.ts";

const LINES_MAX = 250;

/** Source files without a test file of their own: types only, or tested through the file that is named. */
const UNMIRRORED: Record<string, "types only" | `test/${string}.test.ts`> = {
  "src/model.ts": "types only",
  "src/ports.ts": "types only",
  "src/execute/protocol.ts": "types only",
  "src/watch/admin-needs.ts": "types only",
  "src/captured-request.ts": "types only",
  "src/cli/needs.ts": "types only",
  "src/accept/source-fault.ts": "types only",
  "src/accept/signature/verdict.ts": "types only",
  // Rows: rules over all of them.
  "src/presets/preset.ts": "test/presets/registry.test.ts",
  "src/presets/code-hosts.ts": "test/presets/registry.test.ts",
  "src/presets/commerce.ts": "test/presets/registry.test.ts",
  "src/presets/documents.ts": "test/presets/registry.test.ts",
  "src/presets/email.ts": "test/presets/registry.test.ts",
  "src/presets/generic.ts": "test/presets/registry.test.ts",
  "src/presets/messaging.ts": "test/presets/registry.test.ts",
  "src/presets/payments.ts": "test/presets/registry.test.ts",
  // Schemas: the examples of the answers that they describe are checked by them.
  "src/accept/answer-schemas.ts": "test/accept/mode-responses.test.ts",
  "src/watch/admin-schemas.ts": "test/watch/admin-operations.test.ts",
  "src/watch/admin-examples.ts": "test/watch/admin-operations.test.ts",
};

/** Test files that mirror no source file: of several rooms at once, or of one as a whole. */
const OTHER_TESTS = [
  /^test\/(contract|path|fault|sim|bench)\//,
  /^test\/tidy\.test\.ts$/,
  /^test\/accept\/signature\/(vectors|library-vectors|known-flaws|live-signers)\.test\.ts$/,
  /^test\/store\/journal\/crash-schedules\.test\.ts$/,
  /^test\/workers\/handlers\.test\.ts$/,
];

/** Words that say nothing about what a file holds. */
const EMPTY_WORDS = ["utils", "util", "helpers", "helper", "common", "types", "manager", "service", "misc"];

export function layoutFaults(files: readonly SourceFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  const code = files.filter(({ path }) => /^(src|workers|test|bench|tools)\/.*\.(ts|mjs)$/.test(path));
  return [
    ...code.flatMap(({ path }) => nameFaults(path)),
    ...code.filter(({ path }) => /^(src|workers)\//.test(path)).flatMap(lengthFaults),
    ...code.filter(({ path }) => path.startsWith("src/") || path === "workers/main.ts").flatMap(headerFaults),
    ...[...paths].filter((path) => path.startsWith("src/")).flatMap((path) => mirrorFaults(path, paths)),
    ...[...paths].filter((path) => path.endsWith(".test.ts")).flatMap((path) => strayTestFaults(path, paths)),
  ];
}

function nameFaults(path: string): string[] {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/(\.test|\.d)?\.(ts|mts|mjs)$/, "");
  if (!/^_?[a-z0-9]+([-.][a-z0-9]+)*$/.test(name)) return [`${path}: file names are kebab-case`];
  const empty = name === "index" ? name : name.split(/[-.]/).find((word) => EMPTY_WORDS.includes(word));
  return empty === undefined ? [] : [`${path}: "${empty}" says nothing; name the file after what it exports`];
}

function lengthFaults({ path, text }: SourceFile): string[] {
  const lines = text.trimEnd().split("\n").length;
  if (lines <= LINES_MAX) return [];
  return [`${path}: ${lines} lines; split it by idea below ${LINES_MAX}`];
}

/** The first paragraph counts: a drawing may follow it. */
function headerFaults({ path, text }: SourceFile): string[] {
  const header = /^(?:#![^\n]*\n)?\/\*\*([\s\S]*?)\*\//.exec(text)?.[1];
  if (header === undefined) return [`${path}: opens with a /** */ that says what it is for and what it promises`];
  const words = header.split("\n").map((line) => line.replace(/^[\s*]+/, ""));
  const from = words.findIndex((line) => line !== "");
  const to = words.indexOf("", from);
  const lines = (to === -1 ? words.length : to) - from;
  return from >= 0 && lines <= 6 ? [] : [`${path}: its header opens with ${lines} lines; 1 to 6 are enough`];
}

function mirrorFaults(path: string, paths: ReadonlySet<string>): string[] {
  const mirror = path.replace(/^src\//, "test/").replace(/\.ts$/, ".test.ts");
  if (!path.endsWith(".ts") || paths.has(mirror)) return [];
  const through = UNMIRRORED[path];
  if (through === undefined) return [`${path}: has no ${mirror}`];
  return through === "types only" || paths.has(through) ? [] : [`${path}: its tests in ${through} are gone`];
}

function strayTestFaults(path: string, paths: ReadonlySet<string>): string[] {
  const inner = path.replace(/^test\//, "").replace(/\.test\.ts$/, ".ts");
  const expected = paths.has(`src/${inner}`) || paths.has(inner) || OTHER_TESTS.some((pattern) => pattern.test(path));
  return expected ? [] : [`${path}: mirrors no source file`];
}
