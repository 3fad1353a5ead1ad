/**
 * From what a handler file declares to an entry of the table, or all its faults at once. Pure. What arrives was
 * written by a user, perhaps in JavaScript: nothing of it is taken on trust.
 */
import type { RetryPolicy } from "../config.ts";
import type { HandlerEntry } from "../ports.ts";
import { EVENT_PATTERN } from "../event-pattern.ts";
import { parseDuration } from "../units.ts";
import type { Declaration, DeclarationFault } from "./protocol.ts";

export type Checked = { kind: "ok"; entry: HandlerEntry } | { kind: "faulty"; faults: DeclarationFault[] };

/** The longest deadline, and the longest wait, that a handler may ask for. */
const DURATION_MS_MAX = 24 * 60 * 60 * 1_000;
const RETRY_NAMES = ["attempts", "base", "factor", "max", "jitter"];

export function checkDeclaration(declaration: Declaration, place: { file: number; fileName: string }): Checked {
  const faults: DeclarationFault[] = [];
  const report = (property: string, message: string) => {
    const line = declaration.lines[property];
    faults.push({ file: place.fileName, message, ...(line === undefined ? {} : { line }) });
  };
  const events = checkEvents(declaration.events, (message) => report("event", message));
  const retry = checkRetry(declaration.retry, (message) => report("retry", message));
  const timeoutMs = checkDuration("timeout", declaration.timeout, (message) => report("timeout", message));
  if (faults.length > 0) return { kind: "faulty", faults };
  return {
    kind: "ok",
    entry: {
      ...place,
      events,
      retry,
      ...(declaration.schema === undefined ? {} : { schema: declaration.schema }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
  };
}

/** Faults of pairs: two handlers for one pattern. Each names both files. */
export function findClashes(entries: readonly HandlerEntry[]): DeclarationFault[] {
  const owners = new Map<string, HandlerEntry>();
  const faults: DeclarationFault[] = [];
  for (const entry of entries) {
    for (const pattern of entry.events) {
      const owner = owners.get(pattern);
      if (owner === undefined) owners.set(pattern, entry);
      else {faults.push({
          file: entry.fileName,
          message: `declares "${pattern}", which ${owner.fileName} declares too`,
        });}
    }
  }
  return faults;
}

/** Milliseconds of `"10s"`, `"1h30m"` or a number of milliseconds; undefined if it is neither. */
function durationMs(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const parsed = parseDuration(typeof value === "string" ? value : "");
  return parsed.kind === "ok" ? parsed.value : undefined;
}

type Report = (message: string) => void;

function checkEvents(value: unknown, report: Report): string[] {
  const events = Array.isArray(value) ? value as unknown[] : [value];
  if (events.length === 0) report("event is an empty list");
  for (const event of events) {
    if (typeof event !== "string") {
      report(`event is ${shown(event)}: expected a type such as "order.placed", or a list of them`);
    } else if (!EVENT_PATTERN.test(event)) {
      report(
        `event ${shown(event)} is no pattern: expected a type without blanks; "*" alone or after . : or / at its end`,
      );
    }
  }
  return events.filter((event) => typeof event === "string");
}

function checkRetry(value: unknown, report: Report): Partial<RetryPolicy> {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    report(`retry is ${shown(value)}: expected an object such as { attempts: 5 }`);
    return {};
  }
  const retry = value as Record<string, unknown>;
  const unknown = Object.keys(retry).find((name) => !RETRY_NAMES.includes(name));
  if (unknown !== undefined) report(`retry has the unknown property "${unknown}": known are ${RETRY_NAMES.join(", ")}`);
  return defined({
    attempts: checkNumber("retry.attempts", retry.attempts, { from: 1, to: 1_000, whole: true }, report),
    factor: checkNumber("retry.factor", retry.factor, { from: 1, to: 100, whole: false }, report),
    baseMs: checkDuration("retry.base", retry.base, report),
    maxMs: checkDuration("retry.max", retry.max, report),
    jitter: checkJitter(retry.jitter, report),
  });
}

function checkNumber(
  name: string,
  value: unknown,
  range: { from: number; to: number; whole: boolean },
  report: Report,
): number | undefined {
  if (value === undefined) return undefined;
  const fits = typeof value === "number" && value >= range.from && value <= range.to;
  if (fits && (!range.whole || Number.isInteger(value))) return value;
  report(
    `${name} is ${shown(value)}: expected a ${range.whole ? "whole " : ""}number from ${range.from} to ${range.to}`,
  );
  return undefined;
}

function checkDuration(name: string, value: unknown, report: Report): number | undefined {
  if (value === undefined) return undefined;
  const ms = durationMs(value);
  if (ms !== undefined && ms >= 1 && ms <= DURATION_MS_MAX) return Math.round(ms);
  report(`${name} is ${shown(value)}: expected a duration such as "10s", or milliseconds, from 1 ms to 24 h`);
  return undefined;
}

function checkJitter(value: unknown, report: Report): "full" | "none" | undefined {
  if (value === undefined || value === "full" || value === "none") return value;
  report(`retry.jitter is ${shown(value)}: expected "full" or "none"`);
  return undefined;
}

function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 100);
}
