/**
 * Whether a request was signed by someone who has a key: before it is parsed, compared or stored. Works on
 * the bytes as received, compares every candidate with every key in constant time and without an early
 * exit, and says why it refused to the operator only.
 */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual, verify as verifySignature } from "node:crypto";
import type { RawHeaders, UnixMs } from "../model.ts";
import { decodeBase64, decodeHex } from "./decode.ts";
import { headerOf, REPEATED } from "./headers.ts";
import type { Algorithm } from "./presets.ts";
import type { Binding, ContentPart, Scheme, SchemeKey } from "./scheme.ts";

/** What is signed and what carries the signature. */
export interface SignedRequest {
  headers: RawHeaders;
  body: Uint8Array;
}

/** Why a signature does not count. */
export type SignatureReason =
  | "missing_signature"
  | "malformed_signature"
  | "duplicate_header"
  | "missing_header"
  | "malformed_header"
  | "malformed_timestamp"
  | "timestamp_expired"
  | "timestamp_future"
  | "bad_key"
  | "signature_mismatch";

export type Verdict =
  | { kind: "verified"; keyIndex: number; binding: Binding; signedAt: UnixMs | undefined }
  | { kind: "unverified"; reason: SignatureReason };

/** A header may carry several signatures, of old and new keys; so many are looked at. */
const CANDIDATES_MAX = 32;

const SIGNATURE_BYTES: Readonly<Record<Algorithm, number>> = { "hmac-sha256": 32, ed25519: 64 };

/** `now` is the daemon's clock; a signed time may be off by the tolerance, both ways. */
export function verify(scheme: Scheme, request: SignedRequest, now: UnixMs): Verdict {
  const items = signatureItems(scheme, request.headers);
  if (typeof items === "string") return unverified(items);
  const candidates = candidatesOf(scheme, items);
  if (candidates.length === 0 || candidates.length > CANDIDATES_MAX) return unverified("malformed_signature");
  const content = contentBytes(scheme, items, request);
  if (typeof content === "string") return unverified(content);
  const signedAt = signedTime(scheme, items, request);
  if (typeof signedAt === "string") return unverified(signedAt);

  const keys = scheme.keys.filter((key) => candidates.some(({ algorithm }) => algorithm === key.algorithm));
  if (keys.length === 0) return unverified("bad_key");
  const keyIndex = matchingKey(keys, candidates, content);
  if (keyIndex === undefined) return unverified("signature_mismatch");

  // Only now: a time that nobody signed is not worth a word about it.
  const toleranceMs = scheme.time?.toleranceMs ?? 0;
  if (signedAt !== undefined && now - signedAt > toleranceMs) return unverified("timestamp_expired");
  if (signedAt !== undefined && signedAt - now > toleranceMs) return unverified("timestamp_future");
  return { kind: "verified", keyIndex, binding: scheme.binding, signedAt };
}

function unverified(reason: SignatureReason): Verdict {
  return { kind: "unverified", reason };
}

interface Item {
  label: string;
  value: string;
}

function signatureItems({ signature }: Scheme, headers: RawHeaders): Item[] | SignatureReason {
  const header = headerOf(headers, signature.header);
  if (header === undefined || header === "") return "missing_signature";
  if (header === REPEATED) return "duplicate_header";
  const { items, pair } = signature;
  return (items === undefined ? [header] : header.split(items)).flatMap((item) => {
    if (pair === undefined) return [{ label: "", value: item }];
    const at = item.indexOf(pair);
    return at === -1 ? [] : [{ label: item.slice(0, at), value: item.slice(at + pair.length) }];
  });
}

interface Candidate {
  algorithm: Algorithm;
  bytes: Buffer;
}

/** Items whose label is taken and whose value decodes to a signature; others belong to schemes that we do not use. */
function candidatesOf({ signature }: Scheme, items: readonly Item[]): Candidate[] {
  const decode = signature.encoding === "hex" ? decodeHex : decodeBase64;
  return items.flatMap(({ label, value }) => {
    const algorithm = Object.hasOwn(signature.take, label) ? signature.take[label] : undefined;
    if (algorithm === undefined) return [];
    const bytes = decode(value);
    return bytes?.length === SIGNATURE_BYTES[algorithm] ? [{ algorithm, bytes }] : [];
  });
}

function contentBytes(
  { content }: Scheme,
  items: readonly Item[],
  request: SignedRequest,
): Uint8Array[] | SignatureReason {
  const bytes: Uint8Array[] = [];
  for (const [at, part] of content.entries()) {
    if (part.kind === "body") {
      bytes.push(request.body);
      continue;
    }
    const text = partText(part, items, request);
    if (typeof text !== "string") return text.reason;
    // With the text that ends it inside, a value could be cut in another place: id "a.1" and time "2", or "a" and "1.2".
    const next = content[at + 1];
    if (part.kind !== "literal" && next?.kind === "literal" && text.includes(next.text)) return "malformed_header";
    // Header values are Latin-1 strings of the bytes that were sent.
    bytes.push(Buffer.from(text, "latin1"));
  }
  return bytes;
}

function partText(
  part: Exclude<ContentPart, { kind: "body" }>,
  items: readonly Item[],
  { headers }: SignedRequest,
): string | { reason: SignatureReason } {
  if (part.kind === "literal") return part.text;
  if (part.kind === "kv") {
    const fields = items.filter(({ label }) => label === part.name);
    // A repeated field is ambiguous: verifiers differ in which one they take.
    return fields.length === 1 && fields[0]!.value !== "" ? fields[0]!.value : { reason: "malformed_signature" };
  }
  const value = headerOf(headers, part.name);
  if (value === undefined || value === "") return { reason: "missing_header" };
  return value === REPEATED ? { reason: "duplicate_header" } : value;
}

/** Digits only: `parseInt` would read "1700000000abc", and `Number` reads "Infinity". */
function signedTime(
  { time }: Scheme,
  items: readonly Item[],
  request: SignedRequest,
): UnixMs | undefined | SignatureReason {
  if (time === undefined) return undefined;
  const text = partText(time.from, items, request);
  if (typeof text !== "string") return text.reason;
  return /^\d{1,16}$/.test(text) ? Number(text) * 1000 : "malformed_timestamp";
}

/** The first key under which a candidate is right. All are tried, so that the time taken tells nothing. */
function matchingKey(
  keys: readonly SchemeKey[],
  candidates: readonly Candidate[],
  content: readonly Uint8Array[],
): number | undefined {
  let matched: number | undefined;
  for (const key of keys) {
    const isRight = checkerFor(key, content);
    for (const { algorithm, bytes } of candidates) {
      if (algorithm === key.algorithm && isRight(bytes)) matched ??= key.index;
    }
  }
  return matched;
}

function checkerFor(key: SchemeKey, content: readonly Uint8Array[]): (signature: Buffer) => boolean {
  if (key.algorithm === "ed25519") {
    const message = Buffer.concat(content);
    return (signature) => verifySignature(null, message, key.publicKey, signature);
  }
  const hmac = createHmac("sha256", key.secret);
  for (const bytes of content) hmac.update(bytes);
  const mac = hmac.digest();
  // Candidates are as long as a MAC, else timingSafeEqual would throw.
  return (signature) => timingSafeEqual(mac, signature);
}
