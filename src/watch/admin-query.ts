/**
 * What a caller of the admin listener may ask for: TypeBox schemas of queries and bodies, and the check that
 * names all faults at once. An unknown parameter is a fault, since a misspelt filter would show or retry
 * everything.
 */
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import type { UnixMs } from "../model.ts";
import type { Violation } from "../problem-body.ts";
import { problem, type TextAnswer } from "./admin-answer.ts";

const strict = { additionalProperties: false } as const;
const TEXT_MAX = 512;
const ISO = "\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,9})?)?(Z|[+-]\\d{2}:\\d{2}))?";

const Text = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: TEXT_MAX, description }));
const Moment = (description: string) => Type.Optional(Type.String({ pattern: `^(\\d{1,15}|${ISO})$`, description }));
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: "Longest page" }));

export const EventQuery = Type.Object({
  state: Type.Optional(Type.Enum(["available", "running", "retryable", "completed", "dead"])),
  type: Text("Event type"),
  source: Text("Name of the source"),
  since: Moment("Received then or later: RFC 3339, or milliseconds since 1970"),
  until: Moment("Received then or earlier"),
  cursor: Text("`next` of the page before"),
  limit: Limit,
}, strict);

export const LetterQuery = Type.Object({
  type: Text("Event type"),
  source: Text("Name of the source"),
  cursor: Text("`next` of the page before"),
  limit: Limit,
}, strict);

export const MailboxQuery = Type.Object({ limit: Limit }, strict);

/** Body of `POST /dlq`; without any property it means all letters. */
export const RetryFilter = Type.Object({
  type: Text("Event type"),
  source: Text("Name of the source"),
  ids: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 1000 })),
}, strict);

/** Body of the other changes: none, or an empty object. */
export const Nothing = Type.Object({}, strict);

export type Checked<Value> = { kind: "ok"; value: Value } | { kind: "faulty"; answer: TextAnswer };

/** A parameter without a value counts as not given. */
export function checkQuery<Schema extends TSchema>(schema: Schema, search: string): Checked<Static<Schema>> {
  const given: Record<string, string | number> = Object.create(null);
  const faults: Violation[] = [];
  for (const [name, value] of new URLSearchParams(search)) {
    if (value === "") continue;
    if (name in given) faults.push({ path: name, message: "must not be given twice" });
    given[name] = name === "limit" && /^\d{1,9}$/.test(value) ? Number(value) : value;
    if ((name === "since" || name === "until") && momentOf(value) === undefined) {
      faults.push({ path: name, message: "must be a moment: RFC 3339 with its zone, or milliseconds since 1970" });
    }
  }
  const known = faultsOf(schema, { ...given }).filter(({ path }) => !faults.some((fault) => fault.path === path));
  return verdict({ value: { ...given } as Static<Schema>, faults: [...faults, ...known], code: "invalid_query" });
}

export function checkBody<Schema extends TSchema>(schema: Schema, body: unknown = {}): Checked<Static<Schema>> {
  return verdict({ value: body as Static<Schema>, faults: faultsOf(schema, body), code: "invalid_body" });
}

function verdict<Value>(
  { value, faults, code }: { value: Value; faults: readonly Violation[]; code: "invalid_query" | "invalid_body" },
): Checked<Value> {
  if (faults.length === 0) return { kind: "ok", value };
  const detail = faults.map(({ path, message }) => `${path} ${message}`.trim()).join("; ");
  return { kind: "faulty", answer: problem({ code, detail, errors: faults }) };
}

function faultsOf(schema: TSchema, value: unknown): Violation[] {
  const known = Object.keys((schema as { properties?: object }).properties ?? {}).join(", ") || "none";
  return Value.Errors(schema, value).flatMap(({ keyword, instancePath, params, message }) => {
    // An unknown property is reported twice; the second report names it.
    if (keyword === "boolean") return [];
    if (keyword === "additionalProperties") {
      return params.additionalProperties
        .map((name) => ({ path: name, message: `is not known here; known: ${known}` }));
    }
    const path = instancePath.slice(1);
    return [{ path, message: keyword === "enum" ? `must be one of ${allowedBy(params)}` : message }];
  });
}

function allowedBy(params: unknown): string {
  return (params as { allowedValues: unknown[] }).allowedValues.join(", ");
}

/** Undefined for a text that is no moment, such as 2024-02-31. */
export function momentOf(text: string): UnixMs | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (!new RegExp(`^${ISO}$`).test(text)) return undefined;
  const at = Date.parse(text);
  // Date.parse takes 2024-02-31 for March 2nd: the day has to come back as it was written.
  const day = Date.parse(text.slice(0, 10));
  return Number.isNaN(at) || new Date(day).toISOString().slice(0, 10) !== text.slice(0, 10) ? undefined : at;
}
