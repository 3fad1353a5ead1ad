/** What every listing shares: paging and `--json`. */
import type { Command } from "commander";
import type { AdminClient, AdminPage, Query } from "./admin-client.ts";
import type { Needs } from "./needs.ts";
import { wholeNumber } from "./option-values.ts";
import { startProgress } from "./progress.ts";
import { type Column, renderTable } from "./table.ts";

export interface ListingOptions {
  json?: boolean;
  limit?: number;
  cursor?: string;
  all?: boolean;
}

/** The admin API's longest page. */
export const PAGE_MAX = 1000;

/** Adds `--limit`, `--cursor`, `--all` and `--json`. */
export function withListingOptions(command: Command): Command {
  return command
    .option("--limit <n>", "most rows of a page, 1 to 1000", wholeNumber(1, PAGE_MAX))
    .option("--cursor <cursor>", "go on where a page ended")
    .option("--all", "all pages, one after the other")
    .option("--json", 'one JSON document: {"items":[...],"next":cursor or null}');
}

/** Fetches and prints one page, or all of them. */
export async function printListing<Row>(
  client: AdminClient,
  { path, query, columns, options }: {
    path: string;
    query: Query;
    columns: readonly Column<Row>[];
    options: ListingOptions;
  },
  { terminal: { out, err } }: Pick<Needs, "terminal">,
): Promise<void> {
  const page = await fetchPages<Row>(client, { path, query, options, err });
  if (options.json) return await out.write(`${JSON.stringify({ ...page, next: page.next ?? null })}\n`);
  await out.write(renderTable(page.items, columns, out));
  if (out.isTerminal && page.items.length === 0) await out.write("Nothing to list\n");
  if (page.next) await err.write(`${err.paint("dim", `There is more: --cursor ${page.next}, or --all`)}\n`);
}

async function fetchPages<Row>(
  client: AdminClient,
  { path, query, options, err }: {
    path: string;
    query: Query;
    options: ListingOptions;
    err: Needs["terminal"]["err"];
  },
): Promise<AdminPage<Row>> {
  const whole = { ...query, limit: options.limit ?? (options.all ? PAGE_MAX : undefined), cursor: options.cursor };
  if (!options.all) return await client.get<AdminPage<Row>>(path, whole);
  const items: Row[] = [];
  const progress = startProgress(undefined, err);
  try {
    for await (const page of client.pages<Row>(path, whole)) {
      items.push(...page.items);
      progress.step(page.items.length);
    }
  } finally {
    progress.stop();
  }
  return { items };
}

/** The examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}
