/** Which events a listing shows: the one reading of `EventFilter`, for every engine. */
import type { EventRecord, StoredEvent } from "../model.ts";
import { HookdError } from "../errors.ts";
import type { EventFilter } from "../ports.ts";
import { isEventId } from "./event-id.ts";

/** A cursor is the id of the last event of the page before; anything else is a mistake of the caller's (ERR_USAGE). */
export function checkCursor({ cursor }: EventFilter): void {
  if (cursor !== undefined && !isEventId(cursor)) {
    throw new HookdError("ERR_USAGE", "The cursor is not one that a page gave");
  }
}

export function matchesFilter(record: EventRecord, filter: EventFilter): boolean {
  return (filter.state === undefined || filter.state === record.state) && matchesEvent(record.event, filter);
}

/** The part of the filter that the event alone can answer. */
export function matchesEvent(event: StoredEvent, filter: EventFilter): boolean {
  return (filter.type === undefined || filter.type === event.type) &&
    (filter.source === undefined || filter.source === event.source) &&
    (filter.since === undefined || event.receivedAt >= filter.since) &&
    (filter.until === undefined || event.receivedAt <= filter.until);
}
