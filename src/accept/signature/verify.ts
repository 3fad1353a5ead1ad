/**
 * Whether a request was signed by someone who has a key: before it is parsed, compared or stored. Works on
 * the bytes as received, compares every candidate with every key in constant time and without an early
 * exit, and says why it refused to the operator only.
 */
import type { Buffer } from "node:buffer";
import type { UnixMs } from "../../model.ts";
import type { Algorithm } from "../../presets/preset.ts";
import { headerOf, REPEATED } from "../headers.ts";
import { valueAt } from "../reference.ts";
import { checkerFor, fitsAlgorithm } from "./algorithms.ts";
import { decoderFor } from "./decode.ts";
import type { DeclaredScheme, Scheme, SchemeKey } from "./scheme.ts";
import { type Item, parsedBody, sha256hex, type Signed, signedContents, textAt } from "./signed-content.ts";
import { signedTime } from "./signed-time.ts";
import { type SignatureReason, type SignedRequest, unverified, type Verdict } from "./verdict.ts";

/** A header may carry several signatures, of old and new keys; so many are looked at. */
const CANDIDATES_MAX = 32;
/** So many elements that are signed one by one; each costs a signature. */
const ELEMENTS_MAX = 1000;

/** `now` is the daemon's clock; a signed time may be off by the tolerance, both ways. */
export function verify(scheme: Scheme, request: SignedRequest, now: UnixMs): Verdict | Promise<Verdict> {
  return scheme.kind === "coded" ? scheme.verify(request, now) : verifyDeclared(scheme, request, now);
}

function verifyDeclared(scheme: DeclaredScheme, request: SignedRequest, now: UnixMs): Verdict {
  const verified = scheme.shortcut?.(request);
  if (verified !== undefined) return verified;
  if (scheme.each === undefined) return verifyOne(scheme, { request, root: () => parsedBody(request) }, now);
  const elements = elementsAt(parsedBody(request), scheme.each);
  // A list without elements has no signature that could be wrong.
  // Nor has an element without the thing that is signed, which must not slip through beside others.
  if (elements.length === 0 || elements.includes(undefined)) return unverified("missing_field");
  if (elements.length > ELEMENTS_MAX) return unverified("malformed_signature");
  let verdict: Verdict | undefined;
  for (const element of elements) {
    const each = verifyOne(scheme, { request, root: () => element }, now);
    if (each.kind === "unverified") return each;
    verdict ??= each;
  }
  return verdict!;
}

/** The values at the steps of a JSON pointer, of which `*` is each element of a list; undefined for each that is not there. */
export function elementsAt(root: unknown, [step, ...rest]: readonly string[]): unknown[] {
  if (step === undefined) return [root];
  if (step !== "*") return elementsAt(valueAt(root, [step]), rest);
  return Array.isArray(root) ? root.flatMap((element) => elementsAt(element, rest)) : [undefined];
}

function verifyOne(scheme: DeclaredScheme, one: Omit<Signed, "items">, now: UnixMs): Verdict {
  const items = signatureItems(scheme, one);
  if (typeof items === "string") return unverified(items);
  const candidates = candidatesOf(scheme, items);
  if (candidates.length === 0 || candidates.length > CANDIDATES_MAX) return unverified("malformed_signature");
  const signed = { request: one.request, root: one.root, items };
  const contents = signedContents(scheme, signed);
  if (typeof contents === "string") return unverified(contents);
  const signedAt = signedTime(scheme, signed);
  if (typeof signedAt === "string") return unverified(signedAt);

  const matching = matchingKey({ keys: scheme.keys, candidates, contents });
  if (matching === "none fits") return unverified("bad_key");
  // Said first, signed or not: an old request that somebody sends again is what an operator should see as such.
  const untimely = timeFault(scheme, signedAt, now);
  if (untimely !== undefined) return unverified(untimely);
  if (matching === "none is right") return unverified("signature_mismatch");
  if (matching.notAfter !== undefined && now > matching.notAfter) return unverified("key_expired");
  if (!bindsBody(scheme, one.request)) return unverified("body_hash_mismatch");
  return { kind: "verified", keyIndex: matching.index, binding: scheme.binding, signedAt };
}

function timeFault({ time }: DeclaredScheme, signedAt: UnixMs | undefined, now: UnixMs): SignatureReason | undefined {
  if (time === undefined || signedAt === undefined) return undefined;
  if (now - signedAt > time.toleranceMs) return "timestamp_expired";
  return signedAt - now > time.toleranceMs ? "timestamp_future" : undefined;
}

/** What stands where the signature should, taken apart; not yet decoded. */
export function signatureItems(
  { places, signature }: DeclaredScheme,
  one: Omit<Signed, "items">,
): Item[] | SignatureReason {
  const items: Item[] = [];
  let isMissing = true;
  for (const place of places) {
    const found = place.kind === "header"
      ? headerOf(one.request.headers, place.name)
      : textAt(place, { ...one, items: [] });
    if (found === REPEATED) return "duplicate_header";
    if (typeof found !== "string" || found === "") continue;
    isMissing = false;
    const { items: separator, pair = "" } = signature;
    for (const item of separator === undefined ? [found] : found.split(separator)) {
      // Without labels the item is the value: the empty text is found at its start.
      const at = item.indexOf(pair);
      if (at !== -1) items.push({ label: item.slice(0, at), value: item.slice(at + pair.length) });
    }
  }
  return isMissing ? "missing_signature" : items;
}

interface Candidate {
  algorithm: Algorithm;
  bytes: Buffer;
}

/** Items whose label is taken and whose value decodes to a signature; others belong to schemes that we do not use. */
function candidatesOf({ signature }: DeclaredScheme, items: readonly Item[]): Candidate[] {
  const decode = decoderFor(signature.encoding);
  const candidates: Candidate[] = [];
  for (const { label, value } of items) {
    const algorithm = Object.hasOwn(signature.take, label) ? signature.take[label] : undefined;
    const bytes = algorithm === undefined ? undefined : decode(value);
    if (algorithm !== undefined && bytes !== undefined && fitsAlgorithm(bytes, algorithm)) {
      candidates.push({ algorithm, bytes });
    }
  }
  return candidates;
}

interface Matching {
  keys: readonly SchemeKey[];
  candidates: readonly Candidate[];
  contents: readonly (readonly Uint8Array[])[];
}

/** The first key under which a candidate is right. All are tried, so that the time taken tells nothing. */
function matchingKey({ keys, candidates, contents }: Matching): SchemeKey | "none fits" | "none is right" {
  let matched: SchemeKey | "none fits" | "none is right" = "none fits";
  for (const key of keys) {
    if (!candidates.some(({ algorithm }) => algorithm === key.algorithm)) continue;
    if (matched === "none fits") matched = "none is right";
    for (const content of contents) {
      const isRight = checkerFor(key, content);
      for (const { algorithm, bytes } of candidates) {
        if (algorithm === key.algorithm && isRight(bytes) && matched === "none is right") matched = key;
      }
    }
  }
  return matched;
}

/** Where the content signs the body's hash, the hash has to be the body's. */
function bindsBody({ bodyHash }: DeclaredScheme, { query, headers, body }: SignedRequest): boolean {
  if (bodyHash === undefined) return true;
  const told = bodyHash.kind === "query"
    ? new URLSearchParams(query).getAll(bodyHash.name)
    : bodyHash.kind === "header"
    ? [headerOf(headers, bodyHash.name)]
    : [];
  return told.length === 1 && typeof told[0] === "string" && told[0].toLowerCase() === sha256hex(body);
}
