/** One event or dead letter in full, for people; `--json` shows it as the admin API gives it. */
import type { Needs } from "./needs.ts";
import { type Column, renderFields, renderTable } from "./table.ts";
import { cleanText, type Output } from "./terminal.ts";

/** Flat values come first, one a line; lists and objects follow under their own headings. */
export async function printRecord(
  record: Readonly<Record<string, unknown>>,
  options: { json?: boolean },
  { terminal: { out } }: Pick<Needs, "terminal">,
): Promise<void> {
  if (options.json) return await out.write(`${JSON.stringify(record)}\n`);
  const entries = Object.entries(record).filter(([, value]) => value !== null && value !== undefined);
  // The same bytes again, for those who need them exactly: `--json` has them.
  const shown = entries.filter(([name]) => name !== "body_base64" || typeof record.body !== "string");
  const flat = shown.filter(([name, value]) => typeof value !== "object" && name !== "body");
  await out.write(renderFields(flat.map(([name, value]) => [name, String(value)]), out));
  for (const [name, value] of shown) {
    if (typeof value === "object" || name === "body") await out.write(section(name, value, out));
  }
}

/** Into a pipe: one line of JSON. */
function section(name: string, value: unknown, out: Output): string {
  if (!out.isTerminal) return `${name}\t${JSON.stringify(value)}\n`;
  const lines = layOut(name, value, out).trimEnd().split("\n");
  return `\n${out.paint("bold", name)}\n${lines.map((line) => `  ${line}`.trimEnd()).join("\n")}\n`;
}

function layOut(name: string, value: unknown, out: Output): string {
  if (typeof value === "string") return cleanText(value);
  if (!Array.isArray(value) || value.length === 0) return cleanText(JSON.stringify(value, null, 2));
  if (name === "headers") return cleanText(value.map((pair) => (pair as string[]).join(": ")).join("\n"));
  return renderTable(value as Record<string, unknown>[], columnsOf(value as Record<string, unknown>[]), out);
}

/** A column for each name that any row has; what may be long comes last, where it can be cut. */
function columnsOf(rows: readonly Record<string, unknown>[]): Column<Record<string, unknown>>[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const isLong = (name: string) => rows.some((row) => typeof row[name] === "object" && row[name] !== null);
  return [...names.filter((name) => !isLong(name)), ...names.filter(isLong)]
    .map((name) => ({ title: name, cell: (row) => shownCell(row[name]) }));
}

/** A failure shows as `code: message`; all of it stands in `--json`. */
function shownCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const { code, message } = value as Record<string, unknown>;
  if (typeof code === "string" && typeof message === "string") return `${code}: ${message}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
