/** Writes a comparison to a folder: every measurement as JSON, the tables as Markdown, the plots as SVG. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Comparison } from "../run/comparison.ts";
import { toMarkdown } from "./markdown.ts";
import { toPlots } from "./plots.ts";
import { summarize } from "./summarize.ts";

/** Returns the files' paths. */
export function keepReport(folder: string, name: string, comparison: Comparison): string[] {
  mkdirSync(folder, { recursive: true });
  const rows = summarize(comparison);
  const files = {
    [`${name}.json`]: toJson(comparison),
    [`${name}.md`]: toMarkdown(name, comparison, rows),
    ...Object.fromEntries(Object.entries(toPlots(rows)).map(([what, svg]) => [`${name}-${what}.svg`, svg])),
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return Object.keys(files).map((file) => join(folder, file));
}

/** Digits beyond the measurement's precision, and a line for each coordinate, would only make a diff longer. */
function toJson(comparison: Comparison): string {
  const rounded = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  const text = JSON.stringify(comparison, rounded, 2);
  return `${text.replaceAll(/\[\s+([\d.]+),\s+([\d.]+)\s+\]/g, "[$1, $2]")}\n`;
}
