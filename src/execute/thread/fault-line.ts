/**
 * Where in a handler file the fault is. The three runtimes report it in four ways: in a stack frame, above the
 * stack (V8), in the message (esbuild, Deno), or not at all (a module that is not found): then the source is
 * searched.
 */
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** The line (from 1) of `file` that an error points at. */
export function lineOf(error: unknown, file: string, source: string): number | undefined {
  const text = reportOf(error);
  const places = [pathToFileURL(file).href, file].map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const found = new RegExp(`(?:${places.join("|")})(?:\\?[^:\\s]*)?:(\\d+)`).exec(text);
  return found === null ? lineOfImport(text, source) : Number(found[1]);
}

/** What an error says, in one line and without the path: the fault names the file. */
export function sayingOf(error: unknown): string {
  const { name, message } = error as Error;
  const lines = stripVTControlCharacters(message).split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const esbuild = lines.map((line) => /: ERROR: (.*)$/.exec(line)?.[1]).find((line) => line !== undefined);
  if (esbuild !== undefined) return `SyntaxError: ${esbuild}`;
  const first = (lines[0] ?? "").replace(/ at file:\S+$/, "");
  return /^\w*Error: /.test(first) ? first : `${name}: ${first}`;
}

/** Where a property of the declaration is written, from 1. */
export function lineOfProperty(source: string, property: string): number | undefined {
  return lineMatching(source, new RegExp(`(^|[\\s{,])${property}\\s*[:,(]`));
}

export function lineOfDefaultExport(source: string): number {
  return lineMatching(source, /^\s*export\s+default\b|\bas\s+default\b/) ?? 1;
}

function lineOfImport(text: string, source: string): number | undefined {
  const missing = /(?:package|module|Import|Module not found) ['"]([^'"]+)['"]/.exec(text)?.[1];
  if (missing === undefined) return undefined;
  const quoted = [missing, basename(missing)].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return lineMatching(source, new RegExp(`(import|from)\\b.*(${quoted.join("|")})["']`));
}

function lineMatching(source: string, pattern: RegExp): number | undefined {
  const index = source.split("\n").findIndex((line) => pattern.test(line));
  return index < 0 ? undefined : index + 1;
}

function reportOf(error: unknown): string {
  const { message, stack } = error as Error;
  return stripVTControlCharacters(`${stack ?? ""}\n${message}`);
}
