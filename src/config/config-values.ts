/**
 * The kinds of values that `hookd.yaml` is made of: durations, sizes, numbers, addresses, secrets. Each is a
 * TypeBox schema whose pattern an editor checks too, and whose `errorMessage` is what hookd and an editor say
 * when a value does not fit.
 */
import { Type } from "typebox";
import { parseAddress } from "../config.ts";
import { EVENT_PATTERN } from "../event-pattern.ts";
import { DURATION_PATTERN, parseDuration, parseSize, RATE_PATTERN, SIZE_PATTERN } from "../units.ts";

/** How each `errorMessage` begins: editors show it as a sentence, hookd within one. */
export const EXPECTED = "Expected ";

interface TextRule {
  /** Completes "expected ...". */
  expected: string;
  pattern?: string | undefined;
  fallback?: string | undefined;
  examples?: string[] | undefined;
  /** What a pattern cannot say. */
  accepts?: (text: string) => boolean;
}

/** A text that is not empty, or that meets the pattern. */
export function text(description: string, { expected, pattern, fallback, examples, accepts }: TextRule) {
  const options = {
    description,
    errorMessage: `${EXPECTED}${expected}`,
    ...(pattern === undefined ? { minLength: 1 } : { pattern }),
    ...withDefault(fallback),
    ...(examples === undefined ? {} : { examples }),
  };
  return Type.Refine(Type.String(options), accepts ?? (() => true), () => expected);
}

/** Bounds in the same unit language, both included. */
interface UnitRange {
  min: string;
  max: string;
  fallback?: string | undefined;
}

/** A duration such as `30s`; a text here, turned into ms by `ms`. */
export function duration(description: string, range: UnitRange) {
  return text(`${description} (${range.min} to ${range.max})`, {
    expected: expectedUnit("a duration", range),
    pattern: DURATION_PATTERN,
    fallback: range.fallback,
    accepts: (given) => ms(range.min) <= ms(given) && ms(given) <= ms(range.max),
  });
}

/** A size such as `1MB`; a text here, turned into bytes by `bytes`. */
export function size(description: string, range: UnitRange) {
  return text(`${description} (${range.min} to ${range.max}; 1KB is 1024 bytes)`, {
    expected: expectedUnit("a size", range),
    pattern: SIZE_PATTERN,
    fallback: range.fallback,
    accepts: (given) => bytes(range.min) <= bytes(given) && bytes(given) <= bytes(range.max),
  });
}

interface NumberRange {
  min: number;
  max: number;
  fallback?: number | undefined;
}

export function wholeNumber(description: string, { min, max, fallback }: NumberRange) {
  const errorMessage = `${EXPECTED}a whole number from ${min} to ${max}`;
  return Type.Integer({ description, errorMessage, minimum: min, maximum: max, ...withDefault(fallback) });
}

export function anyNumber(description: string, { min, max, fallback }: NumberRange) {
  const errorMessage = `${EXPECTED}a number from ${min} to ${max}`;
  return Type.Number({ description, errorMessage, minimum: min, maximum: max, ...withDefault(fallback) });
}

/** So many events within a unit of time, as a text here; read by `parseRate`. */
export function rate(description: string) {
  return text(description, {
    expected: "a rate such as 100/s, 600/m or 5000/h",
    pattern: RATE_PATTERN,
    examples: ["100/s", "600/m"],
  });
}

/** An event type, or a wildcard, as handlers name them too. */
export function eventPattern(description: string) {
  return text(description, {
    expected: 'an event type without blanks, at most 200 characters; "*" alone or after . : or / at its end',
    pattern: EVENT_PATTERN.source,
    accepts: (given) => EVENT_PATTERN.test(given),
  });
}

/** Where a listener binds; read by `parseAddress`. */
export function address(description: string, fallback: string) {
  return text(description, {
    expected: "an address such as 127.0.0.1:8080 or [::1]:8080, its port at most 65535",
    pattern: "^(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9.-]+):\\d{1,5}$",
    fallback,
    accepts: (given) => parseAddress(given) !== undefined,
  });
}

/** A reference to a secret, or (with a warning) the secret itself; read by `config-secrets.ts`. */
export function secret(description: string) {
  return text(description, {
    expected: "a secret: ${env:NAME} or ${file:path}",
    examples: ["${env:HOOKD_SECRET}", "${file:/run/secrets/hookd}"],
  });
}

/** Where in a request something is. The grammar belongs to `accept/`, which checks it at start. */
export function reference(description: string, options: { fallback?: string; examples?: string[] } = {}) {
  return text(description, { expected: "a reference such as json:/pointer or header:NAME", ...options });
}

/** A path that a sender can be given: clients rewrite empty and dot segments before they send. */
export function endpointPath(description: string) {
  return text(description, {
    expected: "a path such as /webhooks/events: letters, digits and . _ ~ -, without an empty or dot segment",
    pattern: "^/[A-Za-z0-9._~/-]*$",
    accepts: (path) => path === "/" || path.slice(1).split("/").every((part) => !["", ".", ".."].includes(part)),
  });
}

/** The address that senders know. No credentials: it is shown in answers and listings. */
export function publicUrl(description: string) {
  return text(description, {
    expected: "an http or https URL without credentials, query and fragment",
    pattern: "^https?://",
    examples: ["https://hooks.example.com"],
    accepts: (given) => {
      const url = URL.canParse(given) ? new URL(given) : undefined;
      return url !== undefined && [url.username, url.password, url.search, url.hash].every((part) => part === "");
    },
  });
}

/** A list of host names; with `orAll` one may be `*`. Empty by default. */
export function hostNames(description: string, { orAll }: { orAll: boolean }) {
  const name = "[A-Za-z0-9.:\\[\\]-]+";
  const one = orAll
    ? text("A host name, or * for all", { expected: "a host name or *", pattern: `^(${name}|\\*)$` })
    : text("A host name", { expected: "a host name", pattern: `^${name}$` });
  return Type.Array(one, { default: [], description, errorMessage: `${EXPECTED}a list of host names` });
}

/** A duration that the schema has let through, in milliseconds. */
export function ms(text: string): number {
  const parsed = parseDuration(text);
  return parsed.kind === "ok" ? parsed.value : NaN;
}

/** A size that the schema has let through, in bytes. */
export function bytes(text: string): number {
  const parsed = parseSize(text);
  return parsed.kind === "ok" ? parsed.value : NaN;
}

function expectedUnit(noun: string, { min, max, fallback }: UnitRange): string {
  return `${noun} from ${min} to ${max}, such as ${fallback ?? max}`;
}

function withDefault<T>(fallback: T | undefined): { default?: T } {
  return fallback === undefined ? {} : { default: fallback };
}
