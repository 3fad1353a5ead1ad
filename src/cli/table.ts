/**
 * Rows for people and for scripts. On a terminal: a heading, aligned columns, cut to its width. Into a pipe:
 * one line a row, cells parted by a tab, no heading, nothing cut, so that `cut -f1` and `awk` work.
 */
import { cleanLine, type Colour, type Output } from "./terminal.ts";

export interface Column<Row> {
  title: string;
  /** Shown as it is, save control characters; empty where there is nothing. */
  cell(row: Row): string;
  colour?(row: Row): Colour | undefined;
}

const GAP = "  ";

/** The table with its final line feed; empty text for no rows. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  output: Pick<Output, "isTerminal" | "columns" | "paint">,
): string {
  const cells = rows.map((row) => columns.map((column) => cleanLine(column.cell(row))));
  if (!output.isTerminal) return cells.map((line) => `${line.join("\t")}\n`).join("");
  if (rows.length === 0) return "";
  const titles = columns.map((column) => column.title);
  const widths = fit(
    titles.map((title, at) => longest([title, ...cells.map((line) => line[at] ?? "")])),
    output.columns,
  );
  const heading = titles.map((title, at) => output.paint("bold", pad(title, widths[at] ?? 0)));
  const lines = rows.map((row, line) =>
    columns.map((column, at) => {
      const text = pad(cells[line]?.[at] ?? "", widths[at] ?? 0);
      const colour = column.colour?.(row);
      return colour === undefined ? text : output.paint(colour, text);
    })
  );
  return [heading, ...lines].map((line) => `${line.join(GAP).trimEnd()}\n`).join("");
}

/** Names and values below each other; a value of several lines is indented. */
export function renderFields(
  fields: readonly (readonly [name: string, value: string])[],
  output: Pick<Output, "isTerminal" | "paint">,
): string {
  if (!output.isTerminal) return fields.map(([name, value]) => `${name}\t${cleanLine(value)}\n`).join("");
  const width = longest(fields.map(([name]) => name));
  return fields.map(([name, value]) => `${output.paint("bold", pad(name, width))}${GAP}${cleanLine(value)}\n`).join("");
}

/** Only the last column gives way: ids and types are there to be copied whole. */
function fit(widths: readonly number[], columns: number): number[] {
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const last = widths.at(-1) ?? 0;
  return [...widths.slice(0, -1), Math.min(last, Math.max(columns - before, 10))];
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, [...text].length), 0);
}

function pad(text: string, width: number): string {
  const characters = [...text];
  if (characters.length > width) return `${characters.slice(0, width - 1).join("")}…`;
  return text + " ".repeat(width - characters.length);
}
