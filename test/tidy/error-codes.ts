/** Each error code is documented, raised and tested; the docs know no other. */
import type { SourceFile } from "./source-tree.ts";

const DOCS = "docs/errors.md";
const TABLE = "src/errors.ts";

export function errorCodeFaults(files: readonly SourceFile[], codes: readonly string[]): string[] {
  const inSource = textOf(files, (path) => path.startsWith("src/") && path !== TABLE);
  const inTests = textOf(files, (path) => path.startsWith("test/") && !path.startsWith("test/tidy"));
  const documented = files.find(({ path }) => path === DOCS)?.text ?? "";
  const rows = [...documented.matchAll(/^\|\s*`(ERR_[A-Z_]+)`/gm)].map((match) => match[1] ?? "");
  return [
    ...codes.filter((code) => !rows.includes(code)).map((code) => `${DOCS}: has no row for ${code}`),
    ...rows.filter((code) => !codes.includes(code)).map((code) => `${DOCS}: ${code} is no code of ${TABLE}`),
    ...codes.filter((code) => !quotes(inSource, code)).map((code) => `${TABLE}: nothing raises ${code}`),
    ...codes.filter((code) => !quotes(inTests, code)).map((code) => `${TABLE}: no test meets ${code}`),
  ];
}

function textOf(files: readonly SourceFile[], wanted: (path: string) => boolean): string {
  return files.filter(({ path }) => wanted(path)).map(({ text }) => text).join("\n");
}

function quotes(text: string, code: string): boolean {
  return new RegExp(`\\b${code}\\b`).test(text);
}
