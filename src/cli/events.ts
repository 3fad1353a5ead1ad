/** `hookd events`: settled and waiting events, looked at and run again through the admin API. */
import type { Command } from "commander";
import type { DeliveryState } from "../model.ts";
import { type AdminOptions, withAdmin, withAdminOptions } from "./admin-target.ts";
import { forEachId } from "./each-id.ts";
import { examples, type ListingOptions, printListing, withListingOptions } from "./listing.ts";
import type { Needs } from "./needs.ts";
import { oneOf, pointInTime } from "./option-values.ts";
import { printRecord } from "./record.ts";
import type { Column } from "./table.ts";
import type { Colour } from "./terminal.ts";

/** A row of `GET /events`. */
interface EventRow {
  event_id: string;
  event_type: string;
  source: string;
  state?: string;
  received_at: string;
  success: boolean | null;
  error_message: string | null;
  attempts: number;
  duration_ms: number | null;
}

interface EventFilterOptions {
  state?: string;
  type?: string;
  source?: string;
  since?: string;
  until?: string;
}

const STATES: readonly DeliveryState[] = ["available", "running", "retryable", "completed", "dead"];

const COLOURS: Readonly<Record<string, Colour>> = { completed: "green", dead: "red", retryable: "yellow" };

const COLUMNS: readonly Column<EventRow>[] = [
  { title: "EVENT ID", cell: (row) => row.event_id },
  { title: "TYPE", cell: (row) => row.event_type },
  { title: "SOURCE", cell: (row) => row.source, isSpare: true },
  { title: "STATE", cell: stateOf, colour: (row) => COLOURS[stateOf(row)] },
  { title: "ATTEMPTS", cell: (row) => String(row.attempts), isSpare: true },
  { title: "RECEIVED", cell: (row) => row.received_at, isSpare: true },
  {
    title: "MS",
    cell: (row) => row.duration_ms === null ? "" : String(Math.round(row.duration_ms * 10) / 10),
    isSpare: true,
  },
  { title: "ERROR", cell: (row) => row.error_message ?? "" },
];

function stateOf({ state, success }: EventRow): string {
  return state ?? (success === null ? "waiting" : success ? "completed" : "dead");
}

export function registerEvents(program: Command, needs: Needs): void {
  const events = program.command("events").description("settled and waiting events, through the admin API");
  const moment = pointInTime(Date.now);
  withListingOptions(withAdminOptions(events.command("list").alias("ls").description("newest first")))
    .option("--state <state>", STATES.join(", "), oneOf(STATES))
    .option("--type <type>", "event type")
    .option("--source <name>", "source in hookd.yaml")
    .option("--since <time>", "received at or after: RFC 3339, or how long ago (90m)", moment)
    .option("--until <time>", "received at or before", moment)
    .addHelpText("after", examples("hookd events list --state dead --since 1h", "hookd events list --all --json"))
    .action((options: AdminOptions & ListingOptions & EventFilterOptions) =>
      withAdmin(options, needs, (client) => {
        const { state, type, source, since, until } = options;
        const query = { state, type, source, since, until };
        return printListing(client, { path: "/events", query, columns: COLUMNS, options }, needs);
      })
    );

  withAdminOptions(events.command("show").description("all of one event: headers, body and every attempt"))
    .argument("<id>", "event id")
    .option("--json", "as the admin API gives it")
    .addHelpText("after", examples("hookd events show 0198c0de-0000-7000-8000-000000000000 --json"))
    .action((id: string, options: AdminOptions & { json?: boolean }) =>
      withAdmin(options, needs, async (client) => {
        await printRecord(await client.get(`/events/${encodeURIComponent(id)}`), options, needs);
      })
    );

  withAdminOptions(events.command("replay").description("run events again, each as a new delivery"))
    .argument("<id...>", "event ids")
    .option("--json", "one JSON line an event")
    .addHelpText("after", examples("hookd events replay 0198c0de-0000-7000-8000-000000000000"))
    .action((ids: string[], options: AdminOptions & { json?: boolean }) =>
      withAdmin(options, needs, (client) =>
        forEachId(ids, {
          act: (id) => client.post<{ event_id: string }>(`/events/${encodeURIComponent(id)}/replay`),
          tell: (id, answer) => `${id} runs again as ${answer.event_id}`,
          json: options.json === true,
        }, needs))
    );
}
