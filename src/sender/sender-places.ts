/**
 * The reference language of hookd.yaml from the sender's side: where a value is to be put, how a type is taken
 * apart to fill a template, and JSON pointers that write. Pure.
 */
import { HookdError } from "../errors.ts";
import { pointerSteps } from "../json-pointer.ts";

/** One place in a request. */
export type Place =
  | { kind: "header" | "query"; name: string }
  /** Path into the JSON body; empty: the whole of it. */
  | { kind: "json"; pointer: readonly string[] }
  | { kind: "body" }
  /** No place at all: the value is always this one. */
  | { kind: "literal"; text: string };

/** Parses `header:NAME`, `query:NAME`, `json:/pointer`, `json:`, `body` or `literal:TEXT`. Throws `ERR_USAGE`. */
export function parsePlace(reference: string): Place {
  if (reference === "body") return { kind: "body" };
  const colon = reference.indexOf(":");
  const [kind, rest] = [reference.slice(0, Math.max(colon, 0)), reference.slice(colon + 1)];
  if ((kind === "header" || kind === "query") && rest !== "") return { kind, name: rest };
  if (kind === "literal") return { kind, text: rest };
  if (kind === "json" && (rest === "" || rest.startsWith("/"))) return { kind, pointer: pointerSteps(rest) };
  throw new HookdError("ERR_USAGE", `Cannot place a value at "${reference}": it is no reference that hookd knows`);
}

/** Whether a type reference has text around its references, such as `users.{json:/action}`. */
export function isTemplate(reference: string): boolean {
  return /\{[^{}]+\}/.test(reference);
}

/**
 * Takes a value apart so that the template makes it again: `users.created` for `users.{json:/action}` puts
 * `created` at `/action`. Throws `ERR_USAGE` when the template can never make the value.
 */
export function splitTemplate(reference: string, value: string): { place: Place; value: string }[] {
  if (!isTemplate(reference)) return [{ place: fitting(parsePlace(reference), value), value }];
  const parts = takeApart(reference, value);
  if (parts !== undefined) return parts.map(([inner, part]) => ({ place: parsePlace(inner), value: part }));
  throw new HookdError("ERR_USAGE", `The source takes types of the form ${reference}, not "${value}"`);
}

/** The places that a reference or a template names, in order. */
export function placesOf(reference: string): Place[] {
  if (!isTemplate(reference)) return [parsePlace(reference)];
  return [...reference.matchAll(/\{([^{}]+)\}/g)].map(([, inner = ""]) => parsePlace(inner));
}

/** Whether the template can make the value. */
export function templateFits(reference: string, value: string): boolean {
  return isTemplate(reference) && takeApart(reference, value) !== undefined;
}

function takeApart(reference: string, value: string): [reference: string, part: string][] | undefined {
  const references: string[] = [];
  const pattern = reference.split(/(\{[^{}]+\})/).map((piece) => {
    if (!isTemplate(piece)) return piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    references.push(piece.slice(1, -1));
    return "(.+?)";
  });
  const match = new RegExp(`^${pattern.join("")}$`, "s").exec(value);
  return match === null ? undefined : references.map((inner, at) => [inner, match[at + 1] ?? ""]);
}

function fitting(place: Place, value: string): Place {
  if (place.kind !== "literal" || place.text === value) return place;
  throw new HookdError("ERR_USAGE", `Every event of this source has the type "${place.text}", not "${value}"`);
}

/** A body with places in it. Throws `ERR_USAGE` with what is said of one that is not JSON in UTF-8. */
export function parseJson(body: Uint8Array, otherwise: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw new HookdError("ERR_USAGE", otherwise, { cause });
  }
}

/** What stands at the pointer; own properties only. Undefined when nothing does. */
export function pointerGet(root: unknown, pointer: readonly string[]): unknown {
  let value = root;
  for (const token of pointer) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as Record<string, unknown>)[token];
  }
  return value;
}

/**
 * A copy of `root` with `value` at the pointer; objects that are missing on the way are made. `root` itself
 * comes back when the value stands there already. Throws `ERR_USAGE` when the way leads through no object.
 */
export function pointerSet(root: unknown, pointer: readonly string[], value: unknown): unknown {
  const [token, ...rest] = pointer;
  if (token === undefined) return value;
  const parent = root ?? {};
  if (typeof parent !== "object") {
    throw new HookdError("ERR_USAGE", `Cannot put a value at /${pointer.join("/")}: the data is no object there`);
  }
  const before = Object.hasOwn(parent, token) ? (parent as Record<string, unknown>)[token] : undefined;
  const after = pointerSet(before, rest, value);
  if (after === before && root !== undefined && root !== null) return root;
  if (!Array.isArray(parent)) return { ...parent, [token]: after };
  const copy: unknown[] = [...parent];
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > copy.length) {
    throw new HookdError("ERR_USAGE", `Cannot put a value at /${pointer.join("/")}: there is a list of ${copy.length}`);
  }
  copy[Number(token)] = after;
  return copy;
}
