/**
 * The bytes that a sender signed, put together from the request. There is more than one possibility where a sender
 * spells the URL in its own way; each is tried.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { headerOf, REPEATED } from "../headers.ts";
import { jsonOf } from "../received.ts";
import { type Reference, valueAt } from "../reference.ts";
import type { DeclaredScheme } from "./scheme.ts";
import type { SignatureReason, SignedRequest } from "./verdict.ts";

export interface Item {
  label: string;
  value: string;
}

/** One signed thing: the request, or one element of it where each is signed by itself. */
export interface Signed {
  request: SignedRequest;
  /** Where JSON pointers start. */
  root: () => unknown;
  /** Labels and values of the signature. */
  items: readonly Item[];
}

/** The contents, one for each spelling of the URL; or why there is none. */
export function signedContents(scheme: DeclaredScheme, signed: Signed): Uint8Array[][] | SignatureReason {
  const contents: Uint8Array[][] = [];
  for (const url of urlsOf(scheme, signed.request)) {
    const bytes = contentBytes(scheme, signed, url);
    if (typeof bytes === "string") return bytes;
    contents.push(bytes);
  }
  return contents;
}

/**
 * What stands between bodies is gathered as a text of bytes (Latin-1) and turned into bytes once: each piece that is
 * hashed by itself costs half a microsecond, a sixth of what an HMAC over 2 KB takes (bench/verify.ts).
 */
function contentBytes(scheme: DeclaredScheme, signed: Signed, url: string | undefined): Uint8Array[] | SignatureReason {
  const { content } = scheme;
  const bytes: Uint8Array[] = [];
  let text = "";
  for (let at = 0; at < content.length; at++) {
    const part = content[at]!;
    if (part.kind === "body") {
      if (text !== "") bytes.push(Buffer.from(text, "latin1"));
      text = "";
      bytes.push(signed.request.body);
      continue;
    }
    const found = partText(part, signed, { url, params: scheme.params });
    if (typeof found !== "string") {
      if (part.isOptional && (found.reason === "missing_field" || found.reason === "missing_header")) continue;
      return found.reason;
    }
    // With the text that ends it inside, a value could be cut in another place: id "a.1" and time "2", or "a" and "1.2".
    const next = content[at + 1];
    if (part.kind === "header" && next?.kind === "literal" && found.includes(next.text)) return "malformed_header";
    text += found;
  }
  if (text !== "") bytes.push(Buffer.from(text, "latin1"));
  return bytes;
}

/** One character for each byte. */
function partText(
  part: Exclude<Reference, { kind: "body" }>,
  signed: Signed,
  { url, params }: { url: string | undefined; params: Readonly<Record<string, string>> },
): string | { reason: SignatureReason } {
  const { request } = signed;
  switch (part.kind) {
    case "literal":
      return bytesOf(part.text);
    case "header":
    case "kv":
      // Header values are Latin-1 strings of the bytes that were sent.
      return textAt(part, signed);
    case "json": {
      const text = textAt(part, signed);
      return typeof text === "string" ? bytesOf(text) : text;
    }
    case "param":
      return Object.hasOwn(params, part.name) ? bytesOf(params[part.name]!) : { reason: "missing_field" };
    case "method":
      return request.method;
    case "url":
      return url === undefined ? { reason: "missing_url" } : bytesOf(url);
    case "sha256hex":
      return sha256hex(request.body);
    case "crc32":
      return String(crc32Of(request.body));
    case "form-sorted":
      return bytesOf(sortedForm(request.body));
    default:
      return { reason: "missing_field" };
  }
}

/** The UTF-8 of a text, one character for each byte. */
function bytesOf(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text at a reference to a header, a field of the signature or a JSON value. */
export function textAt(reference: Reference, { request, root, items }: Signed): string | { reason: SignatureReason } {
  if (reference.kind === "kv") {
    // A repeated field is ambiguous: verifiers differ in which one they take. The second may have a space before it, from
    // a proxy that joined two headers.
    let value = "";
    for (const { label, value: found } of items) {
      if (label !== reference.name && label.trim() !== reference.name) continue;
      if (label !== reference.name || value !== "" || found === "") return { reason: "malformed_signature" };
      value = found;
    }
    return value === "" ? { reason: "malformed_signature" } : value;
  }
  if (reference.kind === "json") {
    const value = valueAt(root(), reference.steps);
    const isText = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return isText ? String(value) : { reason: "missing_field" };
  }
  if (reference.kind !== "header") return { reason: "missing_field" };
  const value = headerOf(request.headers, reference.name);
  if (value === undefined || value === "") return { reason: "missing_header" };
  return value === REPEATED ? { reason: "duplicate_header" } : value;
}

export function sha256hex(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

/** Twilio, "Validating Signatures": names sorted, each with its values, those of a repeated name sorted and once. */
function sortedForm(body: Uint8Array): string {
  // A byte order mark stays: it is a byte that the sender did not send.
  const form = new URLSearchParams(new TextDecoder("utf-8", { ignoreBOM: true }).decode(body));
  return [...new Set(form.keys())].sort().map((name) =>
    [...new Set(form.getAll(name))].sort().map((value) => name + value).join("")
  ).join("");
}

function urlsOf({ content, urls }: DeclaredScheme, { url }: SignedRequest): (string | undefined)[] {
  if (url === undefined || urls === undefined || !content.some(({ kind }) => kind === "url")) return [url];
  return urls === "hubspot"
    ? [...new Set([url, unescapedForHubspot(url)])]
    : [...new Set([url, ...portSpellings(url)])];
}

/** With the scheme's own port and without it, letter for letter: `new URL` would change more than the port. */
function portSpellings(url: string): string[] {
  const match = /^(https?):\/\/([^/?#]*)(.*)$/s.exec(url);
  if (match === null) return [];
  const [, scheme = "", authority = "", rest = ""] = match;
  const port = scheme === "https" ? ":443" : ":80";
  if (authority.endsWith(port)) return [`${scheme}://${authority.slice(0, -port.length)}${rest}`];
  return /:\d+$/.test(authority) ? [] : [`${scheme}://${authority}${port}${rest}`];
}

/** HubSpot, "Validating requests", v3: these escapes and no others are decoded before signing. */
function unescapedForHubspot(url: string): string {
  return url.replace(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (escape) => decodeURIComponent(escape));
}

/** The parsed body, undefined where it is no JSON or nests too deeply. */
export function parsedBody(request: SignedRequest): unknown {
  const parsed = jsonOf(request);
  return parsed.kind === "json" ? parsed.value : undefined;
}

/** IEEE 802.3, as PayPal signs it in decimal. */
function crc32Of(body: Uint8Array): number {
  return crc32(body) >>> 0;
}
