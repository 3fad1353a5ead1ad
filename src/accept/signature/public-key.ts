/**
 * A sender's public key, from the ways in which senders publish them. Reading refuses a private key, which has no
 * place in a receiver; `weaknessOf` names what would let others sign.
 */
import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject } from "node:crypto";
import type { Algorithm } from "../../presets/preset.ts";
import { decodeBase64 } from "./decode.ts";
import { isSmallOrder } from "./small-order.ts";

export interface PublicKey {
  publicKey: KeyObject;
  /** As a JWK names it; a hint which key signed, never a reason to trust one. */
  kid?: string;
  /** The one algorithm that a JWK says it is for. */
  alg?: Algorithm;
}

/** The DER prefix of RFC 8410 section 4, before the 32 bytes of the key. */
const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex");

/** From the 32 bytes of an Ed25519 public key. Deno refuses bytes that are no point of the curve, Node takes them. */
export function ed25519Key(bytes: Uint8Array): KeyObject | undefined {
  const key = Buffer.concat([SPKI_ED25519, bytes]);
  return attempt(() => createPublicKey({ key, format: "der", type: "spki" }));
}

/** From the DER of a SubjectPublicKeyInfo in Base64. */
export function spkiKey(text: string): KeyObject | undefined {
  const bytes = decodeBase64(text);
  return bytes && attempt(() => createPublicKey({ key: bytes, format: "der", type: "spki" }));
}

/** From PEM: a public key, or the certificate that holds one. node:crypto would make one of a private key too. */
export function pemKey(text: string): KeyObject | undefined {
  return text.includes("PRIVATE KEY") ? undefined : attempt(() => createPublicKey(text));
}

/** Whether a text is meant to be a public key, right or wrong. */
export function looksPublic(text: string): boolean {
  return /^\s*(\{|-----BEGIN )/.test(text);
}

/** From PEM, a certificate or a JWK. */
export function readPublicKey(text: string): PublicKey | undefined {
  if (!text.trimStart().startsWith("{")) {
    const publicKey = pemKey(text);
    return publicKey && { publicKey };
  }
  return jwkKey(attempt(() => JSON.parse(text)));
}

/** RFC 7518 section 3.1 and RFC 8037 section 3.1. */
const JWK_ALGORITHM: Readonly<Record<string, Algorithm>> = {
  ES256: "ecdsa-p256-raw",
  EdDSA: "ed25519",
  RS256: "rsa-sha256",
  PS512: "rsa-pss-sha512",
};

function jwkKey(jwk: Record<string, unknown> | undefined): PublicKey | undefined {
  if (jwk === undefined || Object.hasOwn(jwk, "d")) return undefined;
  const { kty, crv, x, y, n, e, kid, alg } = jwk;
  const publicKey = attempt(() => createPublicKey({ key: { kty, crv, x, y, n, e } as never, format: "jwk" }));
  if (publicKey === undefined) return undefined;
  const named = typeof alg === "string" && Object.hasOwn(JWK_ALGORITHM, alg) ? JWK_ALGORITHM[alg] : undefined;
  // Meant for an algorithm that hookd does not use: another one is not for us to pick.
  if (alg !== undefined && named === undefined) return undefined;
  return { publicKey, ...(typeof kid === "string" && { kid }), ...(named !== undefined && { alg: named }) };
}

/** Why a key must not be used, undefined if it may. RSA below 2048 bits: NIST SP 800-131A. */
export function weaknessOf(publicKey: KeyObject): string | undefined {
  const { modulusLength = 2048, publicExponent = 65_537n, namedCurve = "prime256v1" } =
    publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength < 2048) return `is an RSA key of ${modulusLength} bits, below 2048`;
  // With the exponent 1 a signature is the padded hash itself.
  if (publicExponent < 3n) return `is an RSA key with the exponent ${publicExponent}, for which anyone can sign`;
  if (namedCurve !== "prime256v1") return `is on the curve ${namedCurve}, not on P-256`;
  if (publicKey.asymmetricKeyType !== "ed25519") return undefined;
  const bytes = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return isSmallOrder(bytes) ? "is an Ed25519 key of small order, for which anyone can sign" : undefined;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    // The error of node:crypto may quote the text.
    return undefined;
  }
}
