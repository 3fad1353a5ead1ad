/**
 * HTTP message signatures (RFC 9421) with digests of the body (RFC 9530). The RFC leaves to the receiver what has to
 * be signed: here the time always, the body and other components as the source's `params` demand. The algorithm is the
 * key's, whatever the message says.
 */
import type { Buffer } from "node:buffer";
import type { UnixMs } from "../../model.ts";
import type { Algorithm } from "../../presets/preset.ts";
import { headerOf, REPEATED } from "../headers.ts";
import { checkerFor, fitsAlgorithm } from "./algorithms.ts";
import type { CodedNeeds, CodedVerifier } from "./coded.ts";
import { matchesDigest } from "./content-digest.ts";
import { signatureBase } from "./signature-base.ts";
import type { SchemeKey } from "./scheme.ts";
import { type Dictionary, type InnerList, parseDictionary } from "./structured-fields.ts";
import { type SignatureReason, type SignedRequest, unverified, type Verdict } from "./verdict.ts";

/** RFC 9421 section 6.2.2. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  "hmac-sha256": "hmac-sha256",
  ed25519: "ed25519",
  "ecdsa-p256-sha256": "ecdsa-p256-raw",
  "rsa-pss-sha512": "rsa-pss-sha512",
  "rsa-v1_5-sha256": "rsa-sha256",
};

/** A message may carry the signatures of several parties; so many are looked at. */
const SIGNATURES_MAX = 8;

/** What a signature must have to count. */
interface Policy {
  keys: readonly SchemeKey[];
  toleranceMs: number;
  /** Components that must be signed. */
  required: readonly string[];
  status: string | undefined;
}

/**
 * `params`: `alg`, which an RSA key in PEM leaves open (default rsa-pss-sha512); `require_digest: "true"`, with which a
 * signature must cover the body; `components`, more that it must cover, parted by spaces; `status`, of a response.
 */
export function createHttpMessageVerifier({ keys, toleranceMs, params }: CodedNeeds): CodedVerifier {
  const { alg, require_digest: requireDigest, components = "", status } = params;
  const required = components.split(/[\s,]+/).filter((name) => name !== "");
  if (requireDigest === "true" && !required.includes("content-digest")) required.push("content-digest");
  const policy: Policy = { keys: keys.flatMap((key) => boundTo(alg, key)), toleranceMs, required, status };
  return {
    verify: (request, now) => verifyMessage(policy, { request, now }),
    binding: required.includes("content-digest") ? "body" : "fields",
    signs: required.filter((name) => /^[a-z0-9-]+$/.test(name)).map((name) => `header:${name}`),
  };
}

/** The key for the one algorithm that the source names; none if it is a key for another. */
function boundTo(alg: string | undefined, key: SchemeKey): SchemeKey[] {
  if (alg === undefined) return [key];
  const algorithm = Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
  if (key.algorithm === algorithm) return [key];
  // One RSA key can be used in two ways.
  const isRsa = key.algorithm === "rsa-sha256" || key.algorithm === "rsa-pss-sha512";
  if (isRsa && (algorithm === "rsa-sha256" || algorithm === "rsa-pss-sha512")) return [{ ...key, algorithm }];
  return [];
}

interface Arrived {
  request: SignedRequest;
  now: UnixMs;
}

/** One right signature is enough; which one it should be is for the policy to say and not for its label. */
function verifyMessage(policy: Policy, arrived: Arrived): Verdict {
  const inputs = dictionaryAt("signature-input", arrived.request);
  const signatures = dictionaryAt("signature", arrived.request);
  if (typeof inputs === "string") return unverified(inputs);
  if (typeof signatures === "string") return unverified(signatures);
  const labels = [...inputs.keys()].filter((label) => signatures.has(label));
  if (labels.length === 0 || labels.length > SIGNATURES_MAX) return unverified("malformed_signature");
  const verdicts = labels.map((label): Verdict => {
    const covered = inputs.get(label)!;
    const signature = signatures.get(label)!;
    if (covered.kind !== "list" || signature.kind !== "item" || signature.bare.kind !== "bytes") {
      return unverified("malformed_signature");
    }
    return verifySignature(policy, arrived, { covered, bytes: signature.bare.value });
  });
  return verdicts.find(({ kind }) => kind === "verified") ?? verdicts[0]!;
}

function dictionaryAt(name: string, { headers }: SignedRequest): Dictionary | SignatureReason {
  const text = headerOf(headers, name);
  if (text === undefined || text === "") return "missing_signature";
  if (text === REPEATED) return "duplicate_header";
  return parseDictionary(text) ?? "malformed_signature";
}

interface OneSignature {
  covered: InnerList;
  bytes: Buffer;
}

function verifySignature(policy: Policy, { request, now }: Arrived, { covered, bytes }: OneSignature): Verdict {
  const terms = termsOf(covered);
  if (terms === undefined) return unverified("malformed_signature");
  const { alg, createdMs, expiresMs = Infinity } = terms;
  // Without a component a signature would fit any request, without a time it would do so for ever.
  const names = covered.items.map(({ bare, parameters }) => parameters.size === 0 ? valueOf(bare) : undefined);
  const isCovered = names.length > 0 && policy.required.every((name) => names.includes(name));
  if (!isCovered || createdMs === undefined) return unverified("insufficient_coverage");

  if (policy.keys.length === 0) return unverified("bad_key");
  const keys = policy.keys.filter(({ algorithm }) => alg === undefined || ALGORITHMS[alg] === algorithm);
  if (keys.length === 0) return unverified("algorithm_not_allowed");
  const base = signatureBase(covered, { request, status: policy.status });
  if (typeof base === "string") return unverified(base);
  const matching = keys.filter((key) => fitsAlgorithm(bytes, key.algorithm) && checkerFor(key, [base])(bytes));
  const [key] = matching;
  if (key === undefined) return unverified("signature_mismatch");
  if (now > (key.notAfter ?? Infinity)) return unverified("key_expired");

  const coversBody = names.includes("content-digest");
  if (coversBody && !matchesDigest(digestOf(request), request.body)) return unverified("body_hash_mismatch");
  if (now - createdMs > policy.toleranceMs || now > expiresMs) return unverified("timestamp_expired");
  if (createdMs - now > policy.toleranceMs) return unverified("timestamp_future");
  return { kind: "verified", keyIndex: key.index, binding: coversBody ? "body" : "fields", signedAt: createdMs };
}

function digestOf({ headers }: SignedRequest): string {
  const text = headerOf(headers, "content-digest");
  return typeof text === "string" ? text : "";
}

interface Terms {
  alg: string | undefined;
  createdMs: UnixMs | undefined;
  expiresMs: UnixMs | undefined;
}

/** RFC 9421 section 2.3: the parameters that a verifier must heed, undefined if one is of the wrong type. */
function termsOf({ parameters }: InnerList): Terms | undefined {
  const alg = parameters.get("alg");
  const times = [parameters.get("created"), parameters.get("expires")];
  if (alg !== undefined && alg.kind !== "string") return undefined;
  const [createdMs, expiresMs] = times.map((time) => time?.kind === "number" ? time.value * 1000 : undefined);
  if (times.some((time) => time !== undefined && !(time.kind === "number" && Number.isSafeInteger(time.value)))) {
    return undefined;
  }
  return { alg: alg?.value, createdMs, expiresMs };
}

function valueOf(bare: InnerList["items"][number]["bare"]): string | undefined {
  return bare.kind === "string" ? bare.value : undefined;
}
