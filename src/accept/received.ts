/**
 * A verified request as the references see it: headers and query as sent, and the body parsed at most once
 * and only when somebody asks, since most sources take their type and key from headers.
 */
import type { RawHeaders } from "../model.ts";
import { decodeAttribute } from "./cloud-event-attribute.ts";
import { headerOf, headerText, REPEATED } from "./headers.ts";
import { parseJson } from "./json-body.ts";
import { type Refusal, refuse } from "./problem.ts";
import { type Reference, valueAt } from "./reference.ts";

export interface Received {
  readonly headers: RawHeaders;
  /** What stands after the `?`; "" without one. */
  readonly query: string;
  readonly body: Uint8Array;
  /** `limits.depth`. */
  readonly depthMax: number;
  /** Its `ce-` headers are percent-encoded. */
  readonly isCloudEvent?: boolean;
  /** The parsed body, once somebody asked. */
  parsed?: ReturnType<typeof parseJson>;
}

export function jsonOf(received: Received): ReturnType<typeof parseJson> {
  return received.parsed ??= parseJson(received.body, received.depthMax);
}

/** What a reference found; `absent` covers an empty header, an empty query value and JSON null. */
export type Found = { kind: "text"; text: string } | { kind: "absent" } | Refusal;

const ABSENT = { kind: "absent" } as const;

/**
 * The text that a reference points at. A template with an absent part is absent. Refuses what is ambiguous (sent
 * twice) and JSON values that are neither text nor an exact number.
 */
export function textAt(reference: Reference, received: Received): Found {
  switch (reference.kind) {
    case "literal":
      return { kind: "text", text: reference.text };
    case "header":
      return headerAt(reference.name, received);
    case "query":
      return queryAt(reference.name, received);
    case "json":
      return jsonTextAt(reference, received);
    case "template":
      return templateText(reference.parts, received);
    default:
      // The config check lets none of the others stand where a type or a key is looked for.
      return ABSENT;
  }
}

function headerAt(name: string, received: Received): Found {
  const value = headerOf(received.headers, name);
  if (value === undefined || value === "") return ABSENT;
  if (value === REPEATED) return refuse("repeated_value", `The header ${name} was sent more than once`);
  const text = received.isCloudEvent === true && name.startsWith("ce-") ? decodeAttribute(value) : headerText(value);
  return text === undefined ? invalid(`The header ${name} is not valid UTF-8`) : { kind: "text", text };
}

function queryAt(name: string, received: Received): Found {
  const values = new URLSearchParams(received.query).getAll(name);
  if (values.length > 1) return refuse("repeated_value", `The query parameter ${name} was sent more than once`);
  const text = values[0];
  return text === undefined || text === "" ? ABSENT : { kind: "text", text };
}

function jsonTextAt({ pointer, steps }: Extract<Reference, { kind: "json" }>, received: Received): Found {
  const parsed = jsonOf(received);
  if (parsed.kind === "refused") return parsed;
  const value = valueAt(parsed.value, steps);
  if (value === undefined || value === null || value === "") return ABSENT;
  if (typeof value === "string") return { kind: "text", text: value };
  if (typeof value !== "number") return invalid(`The value at ${pointer} is neither text nor a number`);
  // 12345678901234567890 and its neighbours parse to one number: as a key, one event would hide the others.
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    return invalid(`The number at ${pointer} is too large to be told from its neighbours; send it as text`);
  }
  return { kind: "text", text: String(value) };
}

function templateText(parts: readonly Reference[], received: Received): Found {
  let text = "";
  for (const part of parts) {
    const found = textAt(part, received);
    if (found.kind !== "text") return found;
    text += found.text;
  }
  return { kind: "text", text };
}

function invalid(detail: string): Refusal {
  return refuse("invalid_value", detail);
}
