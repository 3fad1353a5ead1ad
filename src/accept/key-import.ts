/**
 * From the text of a secret to a key. Strict, and refusing at start what would verify anything: an empty
 * key (which HMAC takes without a word), text that a lenient decoder would cut short, a public key used as
 * a shared one, an Ed25519 key of small order.
 */
import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject } from "node:crypto";
import { decodeBase64 } from "./decode.ts";
import type { Algorithm, KeyForm, Preset } from "./presets.ts";

/** Bound to its algorithm, so that no message can pick another one for it. */
export type VerifyKey =
  | { algorithm: "hmac-sha256"; secret: Buffer }
  | { algorithm: "ed25519"; publicKey: KeyObject };

export type ImportedKey =
  | { kind: "key"; key: VerifyKey; warning?: string }
  /** `message` never quotes the secret. */
  | { kind: "bad"; message: string };

/** NIST SP 800-107 asks for a key at least half as long as the hash. */
const HMAC_BYTES_MIN = 16;

const CLAIMS: Readonly<Record<KeyForm, (secret: string) => boolean>> = {
  utf8: () => true,
  // Standard Webhooks writes asymmetric keys as whsk_ and whpk_; their text must never become a shared secret.
  whsec: (secret) => !/^wh[sp]k_/.test(secret),
  whpk: (secret) => secret.startsWith("whpk_"),
};

/** Imports a secret in the first of the preset's forms that claims it. */
export function importKey(secret: string, forms: Preset["key"]): ImportedKey {
  if (secret.trim() === "") return { kind: "bad", message: "is empty" };
  for (const [algorithm, form] of Object.entries(forms) as [Algorithm, KeyForm][]) {
    if (CLAIMS[form](secret)) return algorithm === "ed25519" ? importEd25519(secret) : importShared(secret, form);
  }
  return { kind: "bad", message: "is a key of another kind than this preset verifies with" };
}

function importShared(secret: string, form: KeyForm): ImportedKey {
  const bytes = form === "utf8" ? Buffer.from(secret, "utf8") : decodeBase64(secret.replace(/^whsec_/, ""));
  if (bytes === undefined) return { kind: "bad", message: "is not Base64 (after an optional whsec_)" };
  if (bytes.length === 0) return { kind: "bad", message: "is empty" };
  const key: VerifyKey = { algorithm: "hmac-sha256", secret: bytes };
  if (bytes.length >= HMAC_BYTES_MIN) return { kind: "key", key };
  return {
    kind: "key",
    key,
    warning: `is short: ${bytes.length} bytes, where at least ${HMAC_BYTES_MIN} resist guessing`,
  };
}

function importEd25519(secret: string): ImportedKey {
  const bytes = decodeBase64(secret.slice("whpk_".length));
  if (bytes?.length !== 32) {
    return { kind: "bad", message: "is not an Ed25519 public key (whpk_ and 32 bytes in Base64)" };
  }
  if (isSmallOrder(bytes)) {
    return { kind: "bad", message: "is an Ed25519 key of small order, for which anyone can sign" };
  }
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_ED25519, bytes]), format: "der", type: "spki" });
  return { kind: "key", key: { algorithm: "ed25519", publicKey } };
}

/** The DER prefix of RFC 8410 section 4, before the 32 bytes of the key. */
const SPKI_ED25519 = Buffer.from("302a300506032b6570032100", "hex");

/**
 * The encodings of y for all points whose order divides 8, the non-canonical ones included; the sign bit is
 * free. Under such a key OpenSSL verifies one fixed signature for every message, or for one in a few.
 * Source: the list in libsodium's `ge25519_has_small_order`.
 */
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

function isSmallOrder(publicKey: Buffer): boolean {
  const y = Buffer.from(publicKey);
  y[31] = y[31]! & 0x7f;
  return SMALL_ORDER.has(y.toString("hex"));
}
