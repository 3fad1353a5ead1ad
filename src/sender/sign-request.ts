/**
 * Signs a request as the preset's own sender does: time and key go where they are signed, then the signature goes
 * where it is looked for, which for some senders is the body. The promise: what is signed are the bytes that are sent.
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { crc32 } from "node:zlib";
import { HookdError } from "../errors.ts";
import { pointerSteps } from "../json-pointer.ts";
import { parseJson, parsePlace, pointerGet, pointerSet } from "./sender-places.ts";
import { type SenderPreset, sharedKey } from "./sender-presets.ts";

/** A request on its way to be signed. */
export interface Draft {
  /** As it will be sent, with its query. */
  url: string;
  /** By names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
}

/** What one request is signed with. */
export interface Signing {
  secret: string;
  /** The idempotency key. */
  id: string;
  /** Unix time (ms) that is signed, where the preset signs one. */
  at: number;
  /** Scheme and host by which the receiver is known to its senders, where they differ from those of `url`. */
  publicUrl?: string | undefined;
  /** What the preset signs of the source's configuration, by name. */
  params?: Readonly<Record<string, string>>;
}

/** The signed request. Throws `ERR_USAGE` for a secret that is no key, and where something that is signed is missing. */
export function signRequest(preset: SenderPreset, draft: Draft, signing: Signing): Draft {
  const key = sharedKey(preset, signing.secret);
  const written = withHash(preset, withTime(preset, withId(preset, asForm(preset, draft), signing.id), signing.at));
  const sign = (root: unknown) => {
    const pieces = contentPieces(preset, written, { signing, root });
    return signatureOf(preset, { key, content: Buffer.concat(pieces) });
  };
  const [place = ""] = preset.signature.in;
  const { kind, ...at } = parsePlace(place);
  if (kind === "header" && "name" in at) {
    const value = headerValue(preset, { signature: sign(undefined), at: signing.at });
    return { ...written, headers: { ...written.headers, [at.name.toLowerCase()]: value } };
  }
  const pointer = "pointer" in at ? at.pointer : [];
  let root = parseBody(written.body);
  for (const path of elementPaths(root, preset.each)) {
    root = pointerSet(root, [...path, ...pointer], sign(pointerGet(root, path)));
  }
  return { ...written, body: Buffer.from(JSON.stringify(root)) };
}

/** The same request without its signature. */
export function unsignRequest({ signature, each }: SenderPreset, draft: Draft): Draft {
  const places = signature.in.map(parsePlace);
  const dropped = places.flatMap((place) => place.kind === "header" ? [place.name.toLowerCase()] : []);
  const headers = Object.fromEntries(Object.entries(draft.headers).filter(([name]) => !dropped.includes(name)));
  const pointers = places.flatMap((place) => place.kind === "json" ? [place.pointer] : []);
  if (pointers.length === 0) return { ...draft, headers };
  let root = parseBody(draft.body);
  for (const path of elementPaths(root, each)) {
    for (const pointer of pointers) root = pointerSet(root, [...path, ...pointer], undefined);
  }
  return { ...draft, headers, body: Buffer.from(JSON.stringify(root)) };
}

/** JSON of one level as a form, where the preset signs the fields of one. */
function asForm({ content }: SenderPreset, draft: Draft): Draft {
  if (!content.includes("{form-sorted}")) return draft;
  const headers = { ...draft.headers, "content-type": "application/x-www-form-urlencoded" };
  let fields: unknown;
  try {
    fields = JSON.parse(Buffer.from(draft.body).toString());
  } catch {
    return { ...draft, headers };
  }
  const pairs = Object.entries(fields ?? {}).map(([name, value]) => [name, textOf(value) ?? JSON.stringify(value)]);
  const form = new URLSearchParams(Object.fromEntries(pairs) as Record<string, string>);
  return { ...draft, headers, body: Buffer.from(form.toString()) };
}

/** A key that is signed is sent, even where the event was to have none. */
function withId({ content, keys }: SenderPreset, draft: Draft, id: string): Draft {
  const signed = keys.find((key) => content.includes(`{${key}}`));
  if (signed === undefined) return draft;
  const place = parsePlace(signed);
  if (place.kind === "header") return { ...draft, headers: { [place.name.toLowerCase()]: id, ...draft.headers } };
  if (place.kind !== "json" || pointerGet(parseBody(draft.body), place.pointer) !== undefined) return draft;
  return withJson(draft, place.pointer, id);
}

function withTime({ time }: SenderPreset, draft: Draft, at: number): Draft {
  if (time === undefined || time.in.startsWith("kv:")) return draft;
  const place = parsePlace(time.in);
  const text = timeText(time.unit, at);
  if (place.kind === "header") return { ...draft, headers: { ...draft.headers, [place.name.toLowerCase()]: text } };
  return place.kind === "json" ? withJson(draft, place.pointer, time.unit === "iso" ? text : Number(text)) : draft;
}

function timeText(unit: "s" | "ms" | "iso", at: number): string {
  if (unit === "iso") return new Date(at).toISOString();
  return String(unit === "s" ? Math.floor(at / 1000) : Math.floor(at));
}

/** Where the body's hash is signed in its place. */
function withHash({ bodyHash }: SenderPreset, draft: Draft): Draft {
  if (bodyHash === undefined) return draft;
  const place = parsePlace(bodyHash);
  const hash = createHash("sha256").update(draft.body).digest("hex");
  if (place.kind === "header") return { ...draft, headers: { ...draft.headers, [place.name.toLowerCase()]: hash } };
  const url = new URL(draft.url);
  if (place.kind === "query") url.searchParams.set(place.name, hash);
  return { ...draft, url: url.href };
}

function withJson(draft: Draft, pointer: readonly string[], value: unknown): Draft {
  const root = parseBody(draft.body);
  return { ...draft, body: Buffer.from(JSON.stringify(pointerSet(root, pointer, value))) };
}

interface Around {
  signing: Signing;
  /** Where JSON pointers start; undefined: the body. */
  root: unknown;
}

/** What is signed, piece by piece. */
function contentPieces(preset: SenderPreset, draft: Draft, around: Around): Buffer[] {
  // Texts at even places, what stood in braces at odd ones.
  return preset.content.split(/\{([^{}]*)\}/).map((piece, at) => {
    if (at % 2 === 0) return Buffer.from(piece);
    const found = pieceOf(piece, draft, { preset, ...around });
    if (found === undefined && !preset.optional?.includes(piece)) throw missing(piece);
    return typeof found === "string" || found === undefined ? Buffer.from(found ?? "") : Buffer.from(found);
  });
}

function missing(piece: string): HookdError {
  return new HookdError("ERR_USAGE", `Cannot sign: the preset signs ${piece}, and the event has none`);
}

function pieceOf(
  piece: string,
  { url, headers, body }: Draft,
  { preset, signing, root }: Around & { preset: SenderPreset },
): string | Uint8Array | undefined {
  const [kind = "", rest = ""] = piece.split(/:(.*)/s);
  switch (kind) {
    case "body":
      return body;
    case "header": {
      const value = headers[rest.toLowerCase()];
      // As it goes over the wire.
      return value === undefined ? undefined : Buffer.from(value, "latin1");
    }
    case "json":
      return textOf(pointerGet(root ?? parseBody(body), pointerSteps(rest)));
    case "kv":
      return preset.time?.in === piece ? timeText(preset.time.unit, signing.at) : undefined;
    case "param":
      return signing.params?.[rest];
    case "method":
      return "POST";
    case "url":
      return signing.publicUrl === undefined ? url : signing.publicUrl + url.slice(new URL(url).origin.length);
    case "form-sorted":
      return formText(body);
    case "sha256hex":
      return createHash("sha256").update(body).digest("hex");
    case "crc32":
      return String(crc32(body));
    default:
      return undefined;
  }
}

/** Twilio, "Validating requests are coming from Twilio": each name with its value, in the order of the names. */
function formText(body: Uint8Array): string {
  const pairs = [...new URLSearchParams(Buffer.from(body).toString())].map((pair) => pair.join("\0"));
  // A pair that comes twice counts once. NUL sorts below all else, so that "a" stands before "ab" whatever they hold.
  return [...new Set(pairs)].sort().map((pair) => pair.replace("\0", "")).join("");
}

function signatureOf({ signature, signs }: SenderPreset, { key, content }: { key: Buffer; content: Buffer }): string {
  if (signs.algorithm === "token" || signature.encoding === "text") return key.toString();
  if (signs.algorithm === "sha256") return createHash("sha256").update(key).update(content).digest(signature.encoding);
  return createHmac(signs.algorithm.slice("hmac-".length), key).update(content).digest(signature.encoding);
}

/** With its label, and with the fields that stand beside it. */
function headerValue(
  { signature, signs, time }: SenderPreset,
  { signature: value, at }: { signature: string; at: number },
) {
  const { pair, items = "" } = signature;
  if (pair === undefined) return value;
  const field = time?.in.startsWith("kv:")
    ? `${time.in.slice("kv:".length)}${pair}${timeText(time.unit, at)}${items}`
    : "";
  return `${field}${signs.label}${pair}${value}`;
}

/** The concrete pointers of `/list/*`; without a pattern, the one to the whole body. */
function elementPaths(root: unknown, each: string | undefined): string[][] {
  let paths: string[][] = [[]];
  for (const step of each === undefined ? [] : pointerSteps(each)) {
    paths = paths.flatMap((path) => {
      if (step !== "*") return [[...path, step]];
      const list = pointerGet(root, path);
      return Array.isArray(list) ? list.map((_, index) => [...path, String(index)]) : [];
    });
  }
  return paths;
}

function parseBody(body: Uint8Array): unknown {
  return parseJson(body, "Cannot sign: the preset signs values of JSON, and the data is none");
}

function textOf(value: unknown): string | undefined {
  const isText = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isText ? String(value) : undefined;
}
