/**
 * Turns an event into the request that a source accepts: the references of hookd.yaml, read backwards. Where
 * the receiver looks for the type, the data and the keys, there they are put. The promise: a body that is
 * given as bytes and already holds all that leaves byte for byte as it was.
 */
import { Buffer } from "node:buffer";
import { HookdError } from "../errors.ts";
import {
  isTemplate,
  parseJson,
  parsePlace,
  type Place,
  placesOf,
  pointerGet,
  pointerSet,
  splitTemplate,
  templateFits,
} from "./sender-places.ts";

/** What a sender wants to tell. */
export interface OutgoingEvent {
  /** Put where the source looks for it; `users.created` for `users.{json:/action}` puts `created` at `/action`. */
  type: string;
  /** Any JSON value; bytes are sent as they are where nothing has to be put into them. */
  data: unknown;
  /** Idempotency key; absent: a new UUID; null: none, so that the body's hash is the key. */
  key?: string | null;
  /** Only for a source with an `order`. */
  orderingKey?: string;
  /** Further headers; they win over those that hookd sets, the signature among them. */
  headers?: Readonly<Record<string, string>>;
}

/** Where a source looks for what: the references of `SourceConfig`, none of them left open. */
export interface Recipe {
  type: string;
  data: string;
  /** Undefined: the sender numbers nothing, and the body's hash is the key. */
  key: string | undefined;
  order: string | undefined;
  /** JSON Schema of the body: a date-time at the top level that it requires is set to now where absent. */
  schema: unknown;
}

export interface UnsignedRequest {
  headers: Record<string, string>;
  query: [name: string, value: string][];
  body: Uint8Array;
}

/** A value and where it goes. `yields`: what stands there already is kept. */
interface Placement {
  place: Place;
  value: unknown;
  yields?: boolean;
}

/** Throws `ERR_USAGE` when the source has no place for what the event says. */
export function placeEvent(event: OutgoingEvent & { id: string }, recipe: Recipe, now: Date): UnsignedRequest {
  const placements = [...places(event, recipe), ...requiredTimes(recipe.schema, now)];
  const headers: Record<string, string> = { "content-type": "application/json", "user-agent": "hookd-sender" };
  const query: [string, string][] = [];
  for (const { place, value } of placements) {
    if (place.kind === "header") headers[place.name.toLowerCase()] = headerValue(place.name, String(value));
    if (place.kind === "query") query.push([place.name, String(value)]);
  }
  return { headers, query, body: composeBody(event.data, recipe.data, placements) };
}

/** Headers that say how the bytes travel: they are the connection's own, and the client library sets them. */
const FRAMING = new Set(["connection", "content-length", "expect", "keep-alive", "transfer-encoding", "upgrade"]);

/** The caller's headers with their names in lower case. Throws `ERR_USAGE` for one that cannot be sent. */
export function callersHeaders(headers: OutgoingEvent["headers"] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      const lower = name.toLowerCase();
      if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(lower) || FRAMING.has(lower)) {
        throw new HookdError("ERR_USAGE", `The header ${JSON.stringify(name)} cannot be set`);
      }
      return [lower, headerValue(name, value)];
    }),
  );
}

function places(event: OutgoingEvent & { id: string }, recipe: Recipe): Placement[] {
  const list: Placement[] = splitTemplate(recipe.type, event.type);
  list.push(...keyPlaces(event, recipe));
  if (event.orderingKey !== undefined) {
    if (recipe.order === undefined) {
      throw new HookdError("ERR_USAGE", "The source has no ordering key: set its `order`");
    }
    list.push({ place: parsePlace(recipe.order), value: event.orderingKey });
  }
  return list;
}

/** A key that was made up goes into the first place of a template: the others hold what the event says. */
function keyPlaces({ key, id }: OutgoingEvent & { id: string }, recipe: Recipe): Placement[] {
  if (key === null || (key === undefined && recipe.key === undefined)) return [];
  if (recipe.key === undefined) {
    throw new HookdError("ERR_USAGE", "Its senders number no event: there is no place for an idempotency key");
  }
  if (key !== undefined) {
    if (!isTemplate(recipe.key) || templateFits(recipe.key, id)) return splitTemplate(recipe.key, id);
    throw new HookdError("ERR_USAGE", `The source takes keys of the form ${recipe.key}, not "${id}"`);
  }
  const [place] = placesOf(recipe.key);
  return place === undefined ? [] : [{ place, value: id, yields: true }];
}

/** An example event should not fail for want of a clock. */
function requiredTimes(schema: unknown, now: Date): Placement[] {
  return timesRequired(schema)
    .map((name) => ({ place: { kind: "json", pointer: [name] }, value: now.toISOString(), yields: true }));
}

/** Top-level properties that a JSON Schema requires with `format: date-time`: the sender sets them to now. */
export function timesRequired(schema: unknown): string[] {
  const { required, properties } = (schema ?? {}) as {
    required?: readonly string[];
    properties?: Record<string, { format?: unknown }>;
  };
  return (required ?? []).filter((name) => properties?.[name]?.format === "date-time");
}

function composeBody(data: unknown, dataReference: string, placements: readonly Placement[]): Uint8Array {
  const place = parsePlace(dataReference);
  const pointer = place.kind === "json" ? place.pointer : [];
  const raw = rawBytes(data, place);
  const inBody = placements.flatMap(({ place, value, yields = false }) =>
    place.kind === "json" ? [{ pointer: place.pointer, value, yields }] : []
  );
  if (raw !== undefined && pointer.length === 0 && inBody.length === 0) return raw;

  const value = raw === undefined
    ? data
    : parseJson(raw, "The data is not JSON, and the source has its type or keys inside JSON");
  // Shallow first: what goes inside the data is put there after the data.
  const steps = [...inBody, { pointer, value, yields: false }].sort((a, b) => a.pointer.length - b.pointer.length);
  let root: unknown;
  for (const step of steps) {
    if (!step.yields || pointerGet(root, step.pointer) === undefined) root = pointerSet(root, step.pointer, step.value);
  }
  // Nothing was added: the caller's own bytes stand, with their spaces and their long numbers.
  return raw !== undefined && root === value ? raw : Buffer.from(JSON.stringify(root));
}

function rawBytes(data: unknown, place: Place): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data;
  return place.kind === "body" && typeof data === "string" ? Buffer.from(data) : undefined;
}

function headerValue(name: string, value: string): string {
  // What node:http takes in a header value: no control characters, nothing beyond Latin-1.
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value;
  throw new HookdError("ERR_USAGE", `The header ${name} cannot carry ${JSON.stringify(value)}`);
}
