/**
 * Patterns of event types, as a handler and a source name them: a type, `order.*` or `*`. Types come from senders,
 * so a look-up keeps nothing: it asks the map once per separator in the type, longest prefix first.
 */

/** `*` alone, or a type whose end after `.`, `:` or `/` may be `*`; no blanks, at most 200 characters. */
export const EVENT_PATTERN = /^(?=.{1,200}$)(\*|[^\s*]+([.:/]\*)?)$/u;

/** Finds what the most specific pattern stands for: exact before wildcard, the longest wildcard first. */
export function matchPatterns<T>(patterns: Iterable<readonly [pattern: string, value: T]>): (
  type: string,
) => T | undefined {
  const exact = new Map<string, T>();
  const byPrefix = new Map<string, T>();
  for (const [pattern, value] of patterns) {
    if (pattern.endsWith("*")) byPrefix.set(pattern.slice(0, -1), value);
    else exact.set(pattern, value);
  }
  const longest = Math.max(0, ...[...byPrefix.keys()].map((prefix) => prefix.length));

  /** The prefix must be followed by something: `order.*` is not for `order.`. */
  function byLongestPrefix(type: string): T | undefined {
    // No longer than the longest pattern, so that a type of 10 000 dots costs nothing.
    for (let end = Math.min(longest, type.length - 1); end >= 0; end--) {
      if (end > 0 && !".:/".includes(type.charAt(end - 1))) continue;
      const value = byPrefix.get(type.slice(0, end));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  return (type) => exact.get(type) ?? byLongestPrefix(type);
}
