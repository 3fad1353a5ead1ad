/** `hookd dlq`: dead letters, looked at, put back, dropped and exported through the admin API. */
import type { Command } from "commander";
import type { DeadLetter } from "../model.ts";
import type { AdminClient } from "./admin-client.ts";
import { type AdminOptions, withAdmin, withAdminOptions } from "./admin-target.ts";
import { forEachId } from "./each-id.ts";
import { examples, type ListingOptions, PAGE_MAX, printListing, withListingOptions } from "./listing.ts";
import type { Needs } from "./needs.ts";
import { startProgress } from "./progress.ts";
import { printRecord } from "./record.ts";
import type { Column } from "./table.ts";

interface LetterFilterOptions {
  type?: string;
  source?: string;
}

const COLUMNS: readonly Column<DeadLetter>[] = [
  { title: "LETTER ID", cell: (row) => row.id },
  { title: "TYPE", cell: (row) => row.event.type },
  { title: "SOURCE", cell: (row) => row.event.source, isSpare: true },
  { title: "ATTEMPTS", cell: (row) => String(row.attempts), isSpare: true },
  { title: "FAILED", cell: (row) => row.failed_at, isSpare: true },
  { title: "ERROR", cell: (row) => row.error, colour: () => "red" },
];

const path = (id: string) => `/dlq/${encodeURIComponent(id)}`;

export function registerDlq(program: Command, needs: Needs): void {
  const dlq = program.command("dlq").description("dead letters, through the admin API");

  withListingOptions(withAdminOptions(dlq.command("list").alias("ls").description("open letters, oldest first")))
    .option("--type <type>", "event type")
    .option("--source <name>", "source in hookd.yaml")
    .addHelpText("after", examples("hookd dlq list", "hookd dlq list --all --json"))
    .action((options: AdminOptions & ListingOptions & LetterFilterOptions) =>
      withAdmin(options, needs, (client) => {
        const query = { type: options.type, source: options.source };
        return printListing(client, { path: "/dlq", query, columns: COLUMNS, options }, needs);
      })
    );

  withAdminOptions(dlq.command("show").description("one letter with its event"))
    .argument("<id>", "letter id or event id")
    .option("--json", "as it stands in the dead-letter file")
    .addHelpText("after", examples("hookd dlq show 0198c0de-0000-7000-8000-000000000000"))
    .action((id: string, options: AdminOptions & { json?: boolean }) =>
      withAdmin(options, needs, async (client) => printRecord(await client.get(path(id)), options, needs))
    );

  withAdminOptions(
    dlq.command("retry").description("put letters back into the queue: those named, else all that match"),
  )
    .argument("[id...]", "letter ids or event ids")
    .option("--type <type>", "without ids: those of this event type")
    .option("--source <name>", "without ids: those of this source")
    .option("--json", "JSON instead of text")
    .addHelpText("after", examples("hookd dlq retry", "hookd dlq retry --type order.placed"))
    .action((ids: string[], options: AdminOptions & LetterFilterOptions & { json?: boolean }, command: Command) => {
      if (ids.length > 0 && (options.type ?? options.source) !== undefined) {
        command.error("error: name ids, or filter with --type and --source, not both");
      }
      return withAdmin(
        options,
        needs,
        (client) =>
          ids.length === 0 ? retryAll(client, options, needs) : retryThese(client, { ids, ...options }, needs),
      );
    });

  withAdminOptions(dlq.command("drop").description("give letters up; they stay in the file, marked as dropped"))
    .argument("<id...>", "letter ids or event ids")
    .option("--json", "one JSON line a letter")
    .addHelpText("after", examples("hookd dlq drop 0198c0de-0000-7000-8000-000000000000"))
    .action((ids: string[], options: AdminOptions & { json?: boolean }) =>
      withAdmin(options, needs, (client) =>
        forEachId(ids, {
          act: (id) => client.delete<Record<string, unknown> | undefined>(path(id)),
          tell: (id) => `${id} dropped`,
          json: options.json === true,
        }, needs))
    );

  withAdminOptions(dlq.command("export").description("all open letters as JSON lines, oldest first"))
    .addHelpText("after", examples("hookd dlq export > letters.jsonl"))
    .action((options: AdminOptions) => withAdmin(options, needs, (client) => exportLetters(client, needs)));
}

async function retryAll(
  client: AdminClient,
  { type, source, json }: LetterFilterOptions & { json?: boolean },
  { terminal: { out } }: Needs,
): Promise<void> {
  const answer = await client.post<{ retried: string[]; remaining: number }>("/dlq", { type, source });
  const text = `${answer.retried.length} retried, ${answer.remaining} remaining`;
  await out.write(`${json ? JSON.stringify(answer) : text}\n`);
}

function retryThese(
  client: AdminClient,
  { ids, json }: { ids: readonly string[]; json?: boolean },
  needs: Needs,
): Promise<void> {
  return forEachId(ids, {
    act: (id) => client.post<Record<string, unknown> | undefined>(`${path(id)}/retry`),
    tell: (id) => `${id} retried`,
    json: json === true,
  }, needs);
}

async function exportLetters(client: AdminClient, { terminal: { out, err } }: Needs): Promise<void> {
  const progress = startProgress(undefined, err);
  try {
    for await (const page of client.pages<DeadLetter>("/dlq", { limit: PAGE_MAX })) {
      await out.write(page.items.map((letter) => `${JSON.stringify(letter)}\n`).join(""));
      progress.step(page.items.length);
    }
  } finally {
    progress.stop();
  }
}
