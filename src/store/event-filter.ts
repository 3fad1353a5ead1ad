/** Which events a listing shows: the one reading of `EventFilter`, for every engine. */
import type { EventRecord, StoredEvent } from "../model.ts";
import type { EventFilter } from "../ports.ts";

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
