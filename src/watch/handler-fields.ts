/** What a handler may add to its own log lines: bounded, and never in the place of a field of ours. */
import type { LogFields } from "./log.ts";

/** Longest JSON text of all fields of one line, in UTF-16 units. */
export const FIELDS_MAX = 8192;

/**
 * The handler's fields with ours over them; without any of theirs, and with `fields_dropped`, when they are too
 * long or cannot be shown as JSON.
 */
export function withHandlerFields(own: LogFields, theirs: LogFields | undefined): LogFields {
  if (theirs === undefined) return own;
  return isShort(theirs) ? { ...theirs, ...own } : { ...own, fields_dropped: true };
}

function isShort(fields: LogFields): boolean {
  try {
    return JSON.stringify(fields).length <= FIELDS_MAX;
  } catch {
    return false;
  }
}
