/** Which handler runs an event type. */
import { matchPatterns } from "../event-pattern.ts";
import type { HandlerEntry, HandlerTable } from "../ports.ts";

/** The table of entries whose patterns do not clash. */
export function createHandlerTable(entries: readonly HandlerEntry[]): HandlerTable {
  return { match: matchPatterns(entries.flatMap((entry) => entry.events.map((e) => [e, entry] as const))), entries };
}
