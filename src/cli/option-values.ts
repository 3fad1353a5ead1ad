/** Values of options, checked as commander reads them: a wrong one is wrong usage (exit 2) and nothing is done. */
import { InvalidArgumentError } from "commander";
import { distance } from "fastest-levenshtein";
import { parseDuration } from "../units.ts";

/** A whole number from `least` to `most`. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,15}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

/** A number above 0, up to `most`. */
export function positiveNumber(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}(\.\d{1,9})?$/.test(text) && value > 0 && value <= most) return value;
    throw new InvalidArgumentError(`Expected a number above 0, up to ${most}.`);
  };
}

/** Words parted by commas, each one of `known` and none twice. */
export function commaList<Word extends string>(known: readonly Word[]): (text: string) => Word[] {
  return (text) => {
    const words = new Set(text.split(",").map((word) => word.trim()));
    return [...words].map((word) => known.find((one) => one === word) ?? unknownWord(word, known));
  };
}

/** One of `known`. */
export function oneOf<Word extends string>(known: readonly Word[]): (text: string) => Word {
  return (text) => known.find((one) => one === text) ?? unknownWord(text, known);
}

function unknownWord(word: string, known: readonly string[]): never {
  const close = known.find((one) => distance(one, word) <= 2);
  const meant = close === undefined ? `Known: ${known.join(", ")}.` : `(Did you mean ${close}?)`;
  throw new InvalidArgumentError(`There is no "${word}". ${meant}`);
}

/**
 * One `Name: value` more for the headers that were given before. Names are tokens (RFC 9110 section 5.6.2); one
 * that comes twice is wrong usage, since the later one would silently replace the earlier.
 */
export function headerLine(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name = "", value = ""] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("Expected 'Name: value'.");
  if (Object.keys(before).some((known) => known.toLowerCase() === name.toLowerCase())) {
    throw new InvalidArgumentError(`The header ${name} is given twice.`);
  }
  return { ...before, [name]: value };
}

/** An RFC 3339 time, Unix milliseconds, or how long ago (`90m`); gives RFC 3339 in UTC. */
export function pointInTime(now: () => number): (text: string) => string {
  return (text) => {
    const ago = parseDuration(text);
    if (ago.kind === "ok") return new Date(now() - ago.value).toISOString();
    const at = new Date(/^\d{1,15}$/.test(text) ? Number(text) : text);
    if (!Number.isNaN(at.getTime())) return at.toISOString();
    throw new InvalidArgumentError("Expected a time such as 2026-01-31T12:00:00Z, or how long ago such as 90m.");
  };
}
