/**
 * The bytes that an HTTP message signature is made over (RFC 9421 section 2.5). Everything about the URL comes from
 * the configured one. Of the component parameters only `name` is known: a signature that needs another is refused.
 */
import { Buffer } from "node:buffer";
import { headerOf, REPEATED } from "../headers.ts";
import { type InnerList, innerListText, type Item, itemText } from "./structured-fields.ts";
import type { SignatureReason, SignedRequest } from "./verdict.ts";

export interface SignedMessage {
  request: Pick<SignedRequest, "method" | "url" | "headers">;
  /** Of a response; a request has none. */
  status: string | undefined;
}

/** The base, or why it cannot be made. */
export function signatureBase(covered: InnerList, message: SignedMessage): Buffer | SignatureReason {
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const component of covered.items) {
    const identifier = itemText(component);
    // Section 2: each at most once.
    if (seen.has(identifier)) return "malformed_signature";
    seen.add(identifier);
    const value = componentValue(component, message);
    if ("reason" in value) return value.reason;
    // A line break would let one value look like two components; what is no Latin-1 did not come over the wire.
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value.text)) return "malformed_header";
    lines.push(`${identifier}: ${value.text}`);
  }
  lines.push(`"@signature-params": ${innerListText(covered)}`);
  // Header values are Latin-1 strings of the bytes that were sent.
  return Buffer.from(lines.join("\n"), "latin1");
}

type Value = { text: string } | { reason: SignatureReason };

function componentValue({ bare, parameters }: Item, message: SignedMessage): Value {
  if (bare.kind !== "string") return { reason: "malformed_signature" };
  if (bare.value === "@query-param") {
    const name = parameters.get("name");
    return parameters.size === 1 && name?.kind === "string"
      ? queryParam(name.value, message)
      : { reason: "malformed_signature" };
  }
  if (parameters.size > 0) return { reason: "malformed_signature" };
  return bare.value.startsWith("@") ? derived(bare.value, message) : field(bare.value, message);
}

function field(name: string, { request }: SignedMessage): Value {
  const value = headerOf(request.headers, name);
  if (value === undefined) return { reason: "missing_header" };
  // The RFC joins them, which gives two requests one signature.
  if (value === REPEATED) return { reason: "duplicate_header" };
  return { text: value.replace(/^[ \t]+|[ \t]+$/g, "") };
}

/** Section 2.2. */
function derived(name: string, { request, status }: SignedMessage): Value {
  if (name === "@method") return { text: request.method };
  if (name === "@status") return status === undefined ? { reason: "malformed_signature" } : { text: status };
  const url = partsOf(request.url);
  if (url === undefined) return { reason: "missing_url" };
  switch (name) {
    case "@target-uri":
      return { text: url.whole };
    case "@scheme":
      return { text: url.scheme };
    case "@authority":
      return { text: url.authority };
    case "@path":
      return { text: url.path };
    case "@query":
      return { text: `?${url.query ?? ""}` };
    case "@request-target":
      return { text: url.query === undefined ? url.path : `${url.path}?${url.query}` };
    default:
      return { reason: "malformed_signature" };
  }
}

/** Letter for letter, but for what the RFC has normalised: `new URL` would change more. */
function partsOf(whole: string | undefined) {
  const match = /^(https?):\/\/([^/?#@]+)(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(whole ?? "");
  if (whole === undefined || match === null) return undefined;
  const [, scheme = "", authority = "", path = "", query] = match;
  const port = scheme.toLowerCase() === "https" ? /:443$/ : /:80$/;
  return {
    whole,
    scheme: scheme.toLowerCase(),
    authority: authority.toLowerCase().replace(port, ""),
    path: path === "" ? "/" : path,
    query,
  };
}

/** Section 2.2.8: name and value are decoded as a form's, and written in the percent-encoding of forms with `%20`. */
function queryParam(name: string, { request }: SignedMessage): Value {
  const url = partsOf(request.url);
  if (url === undefined) return { reason: "missing_url" };
  const values = [...new URLSearchParams(url.query)].filter(([each]) => formEncoded(each) === name);
  if (values.length === 0) return { reason: "missing_field" };
  // The RFC forbids to name one that is repeated.
  return values.length === 1 ? { text: formEncoded(values[0]![1]) } : { reason: "malformed_signature" };
}

function formEncoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
