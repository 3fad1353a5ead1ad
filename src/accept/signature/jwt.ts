/**
 * Signatures that are a JSON Web Token with a hash of the body. The algorithm is the sender's, whatever the token
 * says, and each token has one spelling: jose verifies it, and what jose lets pass for other uses is refused before.
 */
import type { Buffer } from "node:buffer";
import { compactVerify, errors } from "jose";
import type { UnixMs } from "../../model.ts";
import { headerOf, REPEATED } from "../headers.ts";
import type { CodedNeeds, CodedVerifier } from "./coded.ts";
import { decoderFor } from "./decode.ts";
import type { SchemeKey } from "./scheme.ts";
import { sha256hex } from "./signed-content.ts";
import { type SignatureReason, type SignedRequest, unverified, type Verdict } from "./verdict.ts";

export interface JwtRules {
  /** Where the token is, in lower case. */
  header: string;
  alg: "ES256" | "HS256";
  /** The claim with the SHA-256 of the raw body in hex. */
  bodyHash: string;
  /** The claim with the time of signing in Unix seconds, for senders that state one. */
  time?: "iat";
}

/** The algorithm that a key must be bound to. */
const ALGORITHM = { ES256: "ecdsa-p256-raw", HS256: "hmac-sha256" } as const;

export function createJwtVerifier(rules: JwtRules, { keys, toleranceMs }: CodedNeeds): CodedVerifier {
  const fitting = keys.filter(({ algorithm }) => algorithm === ALGORITHM[rules.alg]);
  return {
    verify: (request, now) => verifyToken(rules, { keys: fitting, toleranceMs, request, now }),
    binding: "body",
    signs: [],
  };
}

interface Arrived {
  keys: readonly SchemeKey[];
  toleranceMs: number;
  request: SignedRequest;
  now: UnixMs;
}

async function verifyToken(rules: JwtRules, arrived: Arrived): Promise<Verdict> {
  const { request, now } = arrived;
  const token = headerOf(request.headers, rules.header);
  if (token === undefined || token === "") return unverified("missing_signature");
  if (token === REPEATED) return unverified("duplicate_header");
  const parts = partsOf(token);
  const header = parts && parsedObject(parts.header);
  if (parts === undefined || header === undefined) return unverified("malformed_signature");
  if (header["alg"] !== rules.alg) return unverified("algorithm_not_allowed");
  // Names what a verifier must understand; we understand none, and jose would one that takes the claims out.
  if (Object.hasOwn(header, "crit")) return unverified("malformed_signature");

  const named = header["kid"];
  const keys = arrived.keys.filter((key) => named === undefined || kidOf(key) === undefined || kidOf(key) === named);
  if (keys.length === 0) return unverified("bad_key");
  // Not one after the other: the time taken must not tell which key it was.
  const results = await Promise.all(keys.map((each) => isSignedBy(each, { token, alg: rules.alg })));
  const key = keys[results.indexOf(true)];
  if (key === undefined) return unverified("signature_mismatch");
  if (now > (key.notAfter ?? Infinity)) return unverified("key_expired");
  const signedAt = judge(rules, arrived, parsedObject(parts.claims));
  if (typeof signedAt === "string") return unverified(signedAt);
  return { kind: "verified", keyIndex: key.index, binding: "body", signedAt };
}

function kidOf(key: SchemeKey): string | undefined {
  return "publicKey" in key ? key.kid : undefined;
}

const decode = decoderFor("base64url");

/** RFC 7515 section 7.1: header, claims and signature. Undefined unless each is Base64url with exactly one spelling. */
function partsOf(token: string): { header: Buffer; claims: Buffer } | undefined {
  const [header, claims, signature, ...more] = token.split(".").map(decode);
  const isWhole = header !== undefined && claims !== undefined && signature !== undefined && more.length === 0;
  return isWhole ? { header, claims } : undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function parsedObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    return typeof value === "object" && value !== null ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}

async function isSignedBy(key: SchemeKey, { token, alg }: { token: string; alg: string }): Promise<boolean> {
  try {
    await compactVerify(token, "publicKey" in key ? key.publicKey : key.secret, { algorithms: [alg] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

/** When it was signed, or why its claims do not fit the request. */
function judge(
  { bodyHash, time }: JwtRules,
  { request, now, toleranceMs }: Arrived,
  claims: Record<string, unknown> | undefined,
): UnixMs | undefined | SignatureReason {
  if (claims === undefined) return "malformed_signature";
  const hash = claims[bodyHash];
  if (typeof hash !== "string") return "missing_field";
  if (hash !== sha256hex(request.body)) return "body_hash_mismatch";
  const [signedMs, notBeforeMs, expiresMs] = [time, "nbf", "exp"].map((name) => timeOf(claims, name));
  if (time !== undefined && signedMs === undefined) return "missing_field";
  if ([signedMs, notBeforeMs, expiresMs].some(Number.isNaN)) return "malformed_timestamp";
  if (now - (signedMs ?? now) > toleranceMs || now >= (expiresMs ?? Infinity)) return "timestamp_expired";
  if (Math.max(signedMs ?? 0, notBeforeMs ?? 0) - now > toleranceMs) return "timestamp_future";
  return signedMs;
}

/** Undefined where there is none, NaN where it is no time. */
function timeOf(claims: Record<string, unknown>, name: string | undefined): UnixMs | undefined {
  if (name === undefined || !Object.hasOwn(claims, name)) return undefined;
  const seconds = claims[name];
  return typeof seconds === "number" && Number.isSafeInteger(seconds) && seconds >= 0 ? seconds * 1000 : NaN;
}
