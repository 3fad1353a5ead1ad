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
  /** A terminal that is too narrow for all columns goes without it, the last of them first. */
  isSpare?: boolean;
}

const GAP = "  ";

/** The table with its final line feed; empty text for no rows. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  output: Pick<Output, "isTerminal" | "columns" | "paint">,
): string {
  const filled = columns.map((column): Filled<Row> => {
    const cells = rows.map((row) => cleanLine(column.cell(row)));
    return { column, cells, width: longest([column.title, ...cells]) };
  });
  if (!output.isTerminal) {
    return rows.map((_, line) => `${filled.map(({ cells }) => cells[line]).join("\t")}\n`).join("");
  }
  if (rows.length === 0) return "";
  const fitted = fit(filled, output.columns);
  const heading = fitted.map(({ column, width }) => output.paint("bold", pad(column.title, width)));
  const lines = rows.map((row, line) =>
    fitted.map(({ column, cells, width }) => {
      const text = pad(cells[line] ?? "", width);
      const colour = column.colour?.(row);
      return colour === undefined ? text : output.paint(colour, text);
    })
  );
  return [heading, ...lines].map((line) => `${line.join(GAP).trimEnd()}\n`).join("");
}

/** A column with its cells, clean, and its width in characters. */
interface Filled<Row> {
  column: Column<Row>;
  cells: readonly string[];
  width: number;
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

/** The last column is cut when spare ones have gone. The others never are: ids and types are there to be copied. */
const LAST_MIN = 10;

function fit<Row>(filled: readonly Filled<Row>[], columns: number): Filled<Row>[] {
  const last = filled.at(-1);
  if (last === undefined) return [];
  const room = columns - filled.slice(0, -1).reduce((sum, { width }) => sum + width + GAP.length, 0);
  const spare = filled.findLastIndex(({ column }) => column.isSpare === true);
  if (room < Math.min(last.width, LAST_MIN) && spare !== -1) return fit(filled.toSpliced(spare, 1), columns);
  return [...filled.slice(0, -1), { ...last, width: Math.min(last.width, Math.max(room, LAST_MIN)) }];
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, [...text].length), 0);
}

function pad(text: string, width: number): string {
  const characters = [...text];
  if (characters.length > width) return `${characters.slice(0, width - 1).join("")}…`;
  return text + " ".repeat(width - characters.length);
}
