/**
 * Durations, sizes and rates as an operator and a handler author write them: `1h30m`, `1MB`, `100/s`. Pure; the patterns
 * are shared with `hookd.schema.json`, so that an editor and the daemon refuse the same texts.
 */

/** A number with its unit, or why the text is none. */
export type Parsed = { kind: "ok"; value: number } | { kind: "faulty"; expected: string };

const NUMBER = "\\d{1,9}(?:\\.\\d{1,6})?";

/** Each unit at most once, the longest first: `1d12h`, `1h30m`, `1.5s`, `250ms`. */
export const DURATION_PATTERN = `^(?=\\d)(?:${NUMBER}d)?(?:${NUMBER}h)?(?:${NUMBER}m)?(?:${NUMBER}s)?(?:${NUMBER}ms)?$`;

/** One number and one unit: `512B`, `16KB`, `1MB`, `1.5GB`. */
export const SIZE_PATTERN = `^${NUMBER}(?:B|KB|MB|GB)$`;

const MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
/** Powers of 1024, as for memory and file systems: a body of exactly 1 MiB fits into `1MB`. */
const BYTES = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const;

/** `1h30m` in milliseconds, rounded to a whole one; d, h, m, s and ms, each at most once, longest first. */
export function parseDuration(text: string): Parsed {
  return parse(text, { pattern: DURATION, units: MS, expected: "a duration such as 30s, 1h30m or 250ms" });
}

/** `1MB` in bytes, rounded to a whole one; B, KB, MB and GB, where 1KB is 1024 bytes. */
export function parseSize(text: string): Parsed {
  return parse(text, { pattern: SIZE, units: BYTES, expected: "a size such as 16KB, 1MB or 1.5GB" });
}

/**
 * Milliseconds in the form that `parseDuration` reads, exact to the millisecond: 5400000 is `1h30m`, 0 is
 * `0s`, Infinity is `forever` (the one word that stands for it in `hookd.yaml`). Negative is a caller's bug.
 */
export function formatDuration(ms: number): string {
  if (ms === Infinity) return "forever";
  let rest = Math.round(ms);
  let text = "";
  for (const [unit, length] of Object.entries(MS)) {
    const count = Math.floor(rest / length);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * length;
  }
  return text === "" ? "0s" : text;
}

/** So many at once, and so many in each `perMs` (ms) after that. */
export interface Rate {
  count: number;
  perMs: number;
}

/** `100/s`, `600/m`, `5000/h`: a whole number from 1 on. */
export const RATE_PATTERN = "^[1-9]\\d{0,8}/(?:s|m|h)$";

/** `600/m` as a rate; undefined for a text that is none. */
export function parseRate(text: string): Rate | undefined {
  if (!new RegExp(RATE_PATTERN).test(text)) return undefined;
  const [count, unit] = text.split("/") as [string, "s" | "m" | "h"];
  return { count: Number(count), perMs: MS[unit] };
}

const DURATION = new RegExp(DURATION_PATTERN);
const SIZE = new RegExp(SIZE_PATTERN);
const PART = /(\d+(?:\.\d+)?)([a-zA-Z]+)/g;

interface Grammar {
  pattern: RegExp;
  units: Readonly<Record<string, number>>;
  expected: string;
}

function parse(text: string, { pattern, units, expected }: Grammar): Parsed {
  if (!pattern.test(text)) return { kind: "faulty", expected };
  let value = 0;
  for (const [, count, unit] of text.matchAll(PART)) value += Number(count) * (units[unit ?? ""] ?? NaN);
  return { kind: "ok", value: Math.round(value) };
}
