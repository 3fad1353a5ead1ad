/** Each code that an operator or a sender may meet is documented; each error code is also raised and tested. */
import type { SourceFile } from "./source-tree.ts";

const DOCS = "docs/errors.md";
const TABLE = "src/errors.ts";

export function errorCodeFaults(files: readonly SourceFile[], codes: readonly string[]): string[] {
  const inSource = textOf(files, (path) => path.startsWith("src/") && path !== TABLE);
  const inTests = textOf(files, (path) => path.startsWith("test/") && !path.startsWith("test/tidy"));
  const rows = rowsOf(files).map(({ code }) => code).filter((code) => code.startsWith("ERR_"));
  return [
    ...codes.filter((code) => !rows.includes(code)).map((code) => `${DOCS}: has no row for ${code}`),
    ...rows.filter((code) => !codes.includes(code)).map((code) => `${DOCS}: ${code} is no code of ${TABLE}`),
    ...codes.filter((code) => !inSource.has(code)).map((code) => `${TABLE}: nothing raises ${code}`),
    ...codes.filter((code) => !inTests.has(code)).map((code) => `${TABLE}: no test meets ${code}`),
  ];
}

/** `statusOf`: the public listener's problem codes, each with its status. */
export function problemCodeFaults(files: readonly SourceFile[], statusOf: Readonly<Record<string, number>>): string[] {
  const rows = rowsOf(files).filter(({ code }) => !code.startsWith("ERR_"));
  const documented = new Map(rows.map(({ code, next }) => [code, next]));
  return [
    ...Object.entries(statusOf).filter(([code, status]) => documented.get(code) !== String(status))
      .map(([code, status]) => `${DOCS}: has no row for ${code} with status ${status}`),
    ...rows.filter(({ code }) => !(code in statusOf)).map(({ code }) => `${DOCS}: ${code} is no problem code`),
  ];
}

/** The tables of the docs: the code in the first cell, and what the next one says. */
function rowsOf(files: readonly SourceFile[]): { code: string; next: string }[] {
  const text = files.find(({ path }) => path === DOCS)?.text ?? "";
  return [...text.matchAll(/^\|\s*`([A-Za-z_]+)`\s*\|\s*(.*?)\s*\|/gm)]
    .map(([, code = "", next = ""]) => ({ code, next }));
}

function textOf(files: readonly SourceFile[], wanted: (path: string) => boolean): Set<string> {
  const text = files.filter(({ path }) => wanted(path)).map((file) => file.text).join("\n");
  return new Set(text.match(/\bERR_[A-Z_]+\b/g));
}
