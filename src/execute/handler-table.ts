/**
 * Which handler runs an event type. Types come from senders, so a look-up keeps nothing: it asks the map once
 * per separator in the type, longest prefix first.
 */
import type { HandlerEntry, HandlerTable } from "../ports.ts";

/** `*` alone, or a type whose end after `.`, `:` or `/` may be `*`; no blanks, at most 200 characters. */
export const EVENT_PATTERN = /^(?=.{1,200}$)(\*|[^\s*]+([.:/]\*)?)$/u;

/** The table of entries whose patterns do not clash. */
export function createHandlerTable(entries: readonly HandlerEntry[]): HandlerTable {
  const exact = new Map<string, HandlerEntry>();
  const byPrefix = new Map<string, HandlerEntry>();
  for (const entry of entries) {
    for (const pattern of entry.events) {
      if (pattern.endsWith("*")) byPrefix.set(pattern.slice(0, -1), entry);
      else exact.set(pattern, entry);
    }
  }
  const longest = Math.max(0, ...[...byPrefix.keys()].map((prefix) => prefix.length));

  /** The prefix must be followed by something: `order.*` is not for `order.`. */
  function byLongestPrefix(type: string): HandlerEntry | undefined {
    // No longer than the longest pattern, so that a type of 10 000 dots costs nothing.
    for (let end = Math.min(longest, type.length - 1); end >= 0; end--) {
      if (end > 0 && !".:/".includes(type.charAt(end - 1))) continue;
      const entry = byPrefix.get(type.slice(0, end));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  return { match: (type) => exact.get(type) ?? byLongestPrefix(type), entries };
}
