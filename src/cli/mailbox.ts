/** `hookd mailbox`: ordering keys that wait, and holding one back by hand. */
import { type Command, InvalidArgumentError } from "commander";
import type { MailboxView } from "../model.ts";
import { type AdminOptions, withAdmin, withAdminOptions } from "./admin-target.ts";
import { examples, type ListingOptions, PAGE_MAX, printListing } from "./listing.ts";
import type { Needs } from "./needs.ts";
import { wholeNumber } from "./option-values.ts";
import type { Column } from "./table.ts";
import { cleanLine, type Colour } from "./terminal.ts";

const COLOURS: Partial<Record<MailboxView["state"], Colour>> = {
  running: "green",
  retryable: "yellow",
  paused: "yellow",
  parked: "red",
};

const COLUMNS: readonly Column<MailboxView>[] = [
  { title: "KEY", cell: (row) => row.key },
  { title: "STATE", cell: (row) => row.state, colour: (row) => COLOURS[row.state] },
  { title: "WAITING", cell: (row) => String(row.waiting) },
];

/** The admin API says it in terms of its URLs; here it is the user's own word. */
function mailboxKey(text: string): string {
  if (/^[^:]+:./s.test(text)) return text;
  throw new InvalidArgumentError("Expected <source>:<ordering key>, such as events:user_42.");
}

export function registerMailbox(program: Command, needs: Needs): void {
  const mailbox = program.command("mailbox").description("ordering keys that wait, are parked or are paused");

  withAdminOptions(mailbox.command("list").alias("ls").description("mailboxes that hold something"))
    .option("--limit <n>", "most rows, 1 to 1000", wholeNumber(1, PAGE_MAX), PAGE_MAX)
    .option("--json", 'one JSON document: {"items":[...],"next":null}')
    .addHelpText("after", examples("hookd mailbox list"))
    .action((options: AdminOptions & ListingOptions) =>
      withAdmin(
        options,
        needs,
        (client) => printListing(client, { path: "/mailboxes", query: {}, columns: COLUMNS, options }, needs),
      )
    );

  for (
    const [verb, done, what] of [
      ["pause", "paused", "hold a mailbox back; what runs goes on, nothing further starts"],
      ["resume", "resumed", "let a paused or parked mailbox go on"],
    ] as const
  ) {
    withAdminOptions(mailbox.command(verb).description(what))
      .argument("<key>", "<source>:<ordering key>, as `hookd mailbox list` shows it", mailboxKey)
      .option("--json", "the admin API's answer")
      .addHelpText("after", examples(`hookd mailbox ${verb} events:user_42`))
      .action((key: string, options: AdminOptions & { json?: boolean }) =>
        withAdmin(options, needs, async (client) => {
          const answer = await client.post<unknown>(`/mailboxes/${encodeURIComponent(key)}/${verb}`);
          const text = options.json ? JSON.stringify(answer ?? {}) : `${cleanLine(key)} ${done}`;
          await needs.terminal.out.write(`${text}\n`);
        })
      );
  }
}
