/**
 * What is wrong in `hookd.yaml`, and how it is told: all faults at once, each with its line, what was
 * expected, what was found and, where a known word is close, "did you mean". What was found is shown only
 * where no secret can stand, and only when it is short: a message ends up in logs and in chat windows.
 */
import { closest, distance } from "fastest-levenshtein";
import { HookdError } from "../errors.ts";

/** Keys and indices from the top of the file. */
export type ConfigPath = readonly (string | number)[];

/** From 1, as editors count. */
export interface Position {
  line: number;
  column: number;
}

/** A fault that a check found; where it stands in the text is looked up later. */
export interface Finding {
  path: ConfigPath;
  /** The key under `path` that is meant, when it is the key that is at fault and not its value. */
  key?: string;
  expected: string;
  found: string;
  hint?: string;
}

/** A fault, or a warning, with its place. */
export interface ConfigFault extends Position {
  /** As `sources.events.verify.secrets[0]`; "" for the whole file. */
  path: string;
  /** Completes "expected ...". */
  expected: string;
  /** Completes "found ..."; never a secret. */
  found: string;
  /** What to do, as half a sentence. */
  hint?: string;
}

/** More are kept in `faults`, but not told: a wrong file may have one on each line. */
const TOLD_MAX = 50;

/** `ERR_CONFIG_INVALID` with all its faults; the message has one line for each, in the order of the file. */
export class ConfigError extends HookdError {
  readonly faults: readonly ConfigFault[];

  constructor(file: string, faults: readonly ConfigFault[]) {
    const sorted = [...faults].sort((a, b) => a.line - b.line || a.column - b.column);
    const lines = sorted.slice(0, TOLD_MAX).map((fault) => describeFault(file, fault));
    if (sorted.length > TOLD_MAX) lines.push(`${file}: and ${sorted.length - TOLD_MAX} more`);
    super("ERR_CONFIG_INVALID", lines.join("\n"));
    this.faults = sorted;
  }
}

/** `hookd.yaml:12:5: sources.events.mode: expected ..., found "snyc" (string); did you mean "sync"?` */
export function describeFault(file: string, { line, column, path, expected, found, hint }: ConfigFault): string {
  const where = `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}`;
  return `${where}expected ${expected}, found ${found}${hint === undefined ? "" : `; ${hint}`}`;
}

/** A path as an operator writes it: `sources.events.verify.secrets[0]`. */
export function showPath(path: ConfigPath): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === "number") return `${shown}[${part}]`;
    if (!/^[\w-]{1,64}$/.test(part)) return `${shown}[${quoted(part)}]`;
    return shown === "" ? part : `${shown}.${part}`;
  }, "");
}

/** A value as it may stand in a message: short ones with their type, others by their kind. */
export function shown(value: unknown): string {
  if (typeof value === "string" && value !== "") {
    return fits(value) ? `${quoted(value)} (string)` : `a text of ${value.length} characters`;
  }
  if (typeof value === "number" || typeof value === "boolean") return `${value} (${typeof value})`;
  return kindOf(value);
}

/** What sort of value it is, and nothing of what it says. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return value === "" ? "an empty text" : "a text";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
  return `a ${typeof value}`;
}

/** A key as it may stand in a message: whoever indents wrongly makes a key of a secret. */
export function shownKey(key: string): string {
  return fits(key) ? `the key ${quoted(key)}` : `a key of ${key.length} characters`;
}

/** In quotes, with what a terminal would act on escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/\p{C}/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** `one of "a", "b"`; of many, the first ones. */
export function oneOf(words: readonly string[]): string {
  const listed = words.slice(0, LISTED_MAX).map(quoted).join(", ");
  return `one of ${listed}${words.length > LISTED_MAX ? ` and ${words.length - LISTED_MAX} more` : ""}`;
}

/** `did you mean "sync"?` when a known word is at most half of the letters, and at most 3, away. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > SHOWN_MAX) return undefined;
  const nearest = closest(word, [...known]);
  const far = distance(word.toLowerCase(), nearest.toLowerCase());
  return far <= Math.min(3, Math.floor(nearest.length / 2)) ? `did you mean ${quoted(nearest)}?` : undefined;
}

/** Longer texts are told by their length alone: a signing secret has 16 characters at least, most have 32. */
const SHOWN_MAX = 24;
const LISTED_MAX = 20;

function fits(text: string): boolean {
  return text.length <= SHOWN_MAX;
}
