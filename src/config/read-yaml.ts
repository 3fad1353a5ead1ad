/**
 * YAML text to a plain value, with the line of every part of it. Takes any text: it refuses what makes a
 * small file large (alias bombs, aliases of themselves, endless nesting) and what JSON does not have (tags,
 * merge keys, keys that are no texts). Its messages repeat nothing of the text but short keys.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
} from "yaml";
import { type ConfigFault, type ConfigPath, type Position, shownKey, showPath } from "./config-faults.ts";

/** What a text says. */
export interface YamlReading {
  value: unknown;
  faults: readonly ConfigFault[];
  /** `value` holds nothing, or not all, so that further checks would mislead. */
  broken: boolean;
  /** Where a value stands, or one of its keys; else the nearest part around it that is written. */
  locate(path: ConfigPath, key?: string): Position;
}

/** Far above any real file; a text beyond them is refused instead of expanded. */
const BRACKETS_MAX = 1000;
const DEPTH_MAX = 100;
const ALIASES_MAX = 100;
const NODES_MAX = 50_000;
/** One slip makes the parser stumble many times; what follows the first few says nothing new. */
const SYNTAX_FAULTS_MAX = 10;

/** Reads a text of any content; how long it may be is its caller's affair. */
export function readYaml(text: string): YamlReading {
  if (tooDeep(text)) return unreadable({ expected: "a file of moderate depth", found: "more than 1000 open brackets" });
  const lines = new LineCounter();
  const document = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const locate = (path: ConfigPath, key?: string) => at(offsetOf(document, path, key));
  const syntax = firstAtEachPlace([...document.errors, ...document.warnings]).slice(0, SYNTAX_FAULTS_MAX);
  if (syntax.length > 0) {
    const faults = syntax.map((error) => ({ ...at(error.pos[0]), path: "", ...syntaxFault(error) }));
    return { value: undefined, faults, broken: true, locate };
  }
  const { value, problems } = toPlain(document);
  const faults = problems.map(({ node, path, expected, found }) => (
    { ...at(startOf(node)), path: showPath(path), expected, found }
  ));
  return { value, faults, broken: problems.some(({ fatal }) => fatal), locate };
}

const OPTIONS = {
  // Without it the library quotes the line at fault, which may hold a secret.
  prettyErrors: false,
  stringKeys: true,
  // The library's own check is quadratic and does not tell where the first one is; `toPlain` does it.
  uniqueKeys: false,
  // Said here so that no %YAML directive brings back yes/no booleans, merge keys and binary values.
  schema: "core",
  merge: false,
  resolveKnownTags: false,
} as const;

/**
 * Whether brackets stand open beyond any real depth, those in quotes counted too. The parser has a limit of
 * its own, but reaches it only after it has built its tokens: one megabyte of "[" killed the process.
 */
function tooDeep(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = Math.max(0, open + (bracket === "[" || bracket === "{" ? 1 : -1));
    if (open > BRACKETS_MAX) return true;
  }
  return false;
}

function unreadable(fault: { expected: string; found: string }): YamlReading {
  const top = { line: 1, column: 1 };
  return { value: undefined, faults: [{ ...top, path: "", ...fault }], broken: true, locate: () => top };
}

interface Problem {
  node: Node | undefined;
  path: ConfigPath;
  expected: string;
  found: string;
  /** The rest was not read. */
  fatal: boolean;
}

/** The value as JSON has it: no part shared, no part in itself, `__proto__` nowhere. */
function toPlain(document: Document.Parsed): { value: unknown; problems: Problem[] } {
  const problems: Problem[] = [];
  const open = new Set<unknown>();
  const spent = { aliases: 0, nodes: 0 };
  let stopped = false;

  function problem(node: unknown, path: ConfigPath, what: { expected: string; found: string; fatal?: boolean }): void {
    problems.push({ node: node as Node | undefined, path, fatal: false, ...what });
    stopped ||= what.fatal === true;
  }

  function read(node: unknown, path: ConfigPath): unknown {
    if (stopped) return undefined;
    if (++spent.nodes > NODES_MAX || path.length > DEPTH_MAX) {
      return problem(node, path.slice(0, 5), { ...TOO_MUCH, fatal: true });
    }
    if (isAlias(node)) return readAlias(node, path);
    if (!isCollection(node)) return isScalar(node) ? node.value : undefined;
    open.add(node);
    const value = isMap(node) ? readMap(node.items, path) : readList(node.items, path);
    open.delete(node);
    return value;
  }

  function readAlias(node: Node, path: ConfigPath): unknown {
    if (++spent.aliases > ALIASES_MAX) return problem(node, path, { ...TOO_MUCH, fatal: true });
    const target = isAlias(node) ? node.resolve(document) : undefined;
    if (target === undefined) return problem(node, path, { ...NO_ANCHOR, fatal: true });
    return open.has(target) ? problem(node, path, { ...OWN_PART, fatal: true }) : read(target, path);
  }

  function readList(items: readonly unknown[], path: ConfigPath): unknown[] {
    return items.map((item, index) => read(item, [...path, index]));
  }

  function readMap(pairs: readonly Pair[], path: ConfigPath): Record<string, unknown> {
    const first = new Map<string, unknown>();
    for (const { key: keyNode, value } of pairs) {
      const key = keyOf(keyNode);
      if (key === "__proto__") problem(keyNode, path, { expected: "another key", found: shownKey(key) });
      else if (first.has(key)) problem(keyNode, path, { expected: "each key once", found: `${shownKey(key)} again` });
      else first.set(key, read(value, [...path, key]));
    }
    return Object.fromEntries(first);
  }

  return { value: read(document.contents, []), problems };
}

const TOO_MUCH = {
  expected: "a file of moderate size and depth",
  found: "one that is too deep or too large to expand",
};
const NO_ANCHOR = { expected: "an alias of an anchor above it", found: "an alias without an anchor" };
const OWN_PART = { expected: "an alias of another part", found: "an alias of what it stands in" };

function keyOf(node: unknown): string {
  return isScalar(node) && typeof node.value === "string" ? node.value : "";
}

function startOf(node: unknown): number {
  return (node as Node | null | undefined)?.range?.[0] ?? 0;
}

/** Collections are pointed at by their key: the value of a block mapping begins a line below. */
function offsetOf(document: Document.Parsed, path: ConfigPath, key: string | undefined): number {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const part of key === undefined ? path : [...path, key]) {
    const target = isAlias(node) ? node.resolve(document) : node;
    const pair = isMap(target) ? target.items.find((item) => keyOf(item.key) === part) : undefined;
    const item = isSeq(target) ? target.items[Number(part)] : undefined;
    node = pair?.value ?? item;
    if (pair === undefined && item === undefined) return offset;
    const atKey = pair !== undefined && (!isScalar(node) || part === key);
    offset = startOf(atKey ? pair.key : node);
  }
  return offset;
}

function firstAtEachPlace(errors: readonly YAMLError[]): YAMLError[] {
  return [...new Map(errors.toReversed().map((error) => [error.pos[0], error])).values()].toReversed();
}

function syntaxFault(error: YAMLError): { expected: string; found: string } {
  return { expected: "valid YAML", found: SYNTAX[error.code] ?? error.message };
}

/** In our own words wherever the library's may quote the text. */
const SYNTAX: Partial<Record<YAMLError["code"], string>> = {
  BAD_ALIAS: "a malformed alias or anchor",
  BAD_COLLECTION_TYPE: "a tag that does not fit its value",
  BAD_DIRECTIVE: "a malformed % directive",
  BAD_DQ_ESCAPE: "a backslash that starts no escape (in single quotes a backslash is itself)",
  BAD_PROP_ORDER: "an anchor or tag in the wrong place",
  BAD_SCALAR_START: "a text that needs quotes, since it starts with a reserved character",
  BLOCK_AS_IMPLICIT_KEY: 'a wrong indent, or a second ": " on one line (a text that holds one needs quotes)',
  IMPOSSIBLE: "text that cannot be read",
  MULTIPLE_DOCS: "a second document",
  NON_STRING_KEY: "a key that is not a text",
  RESOURCE_EXHAUSTION: "one value in another without end",
  TAG_RESOLVE_FAILED: 'a tag (a word that starts with "!"; a text that does needs quotes)',
  UNEXPECTED_TOKEN: "something that does not belong here (a missing quote, or an indent?)",
};
