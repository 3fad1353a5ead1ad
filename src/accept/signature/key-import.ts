/**
 * From the text of a secret to a key. Strict, and refusing at start what would verify anything: an empty
 * key (which HMAC takes without a word), text that a lenient decoder would cut short, a public key used as
 * a shared one, an Ed25519 key of small order.
 */
import { Buffer } from "node:buffer";
import type { KeyObject } from "node:crypto";
import type { Algorithm, KeyForm, Preset } from "../../presets/preset.ts";
import { decodeBase64, decodeHex } from "./decode.ts";
import { ed25519Key, looksPublic, pemKey, type PublicKey, readPublicKey, spkiKey, weaknessOf } from "./public-key.ts";

export type SharedAlgorithm = Extract<Algorithm, "hmac-sha256" | "hmac-sha1" | "sha256" | "token">;
export type PublicAlgorithm = Exclude<Algorithm, SharedAlgorithm>;

/** Bound to its algorithm, so that no message can pick another one for it. */
export type VerifyKey =
  | { algorithm: SharedAlgorithm; secret: Buffer }
  | { algorithm: PublicAlgorithm; publicKey: KeyObject; kid?: string };

export type ImportedKey =
  | { kind: "key"; key: VerifyKey; warning?: string; isGuessable?: boolean }
  /** `message` never quotes the secret. */
  | { kind: "bad"; message: string };

/** NIST SP 800-107 asks for a key at least half as long as the hash. */
const SHARED_BYTES_MIN = 16;
/** Of fewer characters, whoever has seen one request finds the key in an afternoon. */
const GUESSED_BELOW = 6;

/** The type of key that an algorithm needs. */
const TYPE: Readonly<Record<PublicAlgorithm, string>> = {
  ed25519: "ed25519",
  "ecdsa-p256": "ec",
  "ecdsa-p256-raw": "ec",
  "rsa-sha256": "rsa",
  "rsa-pss-sha512": "rsa",
};

/** Whether a form claims a text; a preset that takes several kinds of keys tells them apart so. */
const CLAIMS: Readonly<Record<KeyForm, (secret: string, algorithm: Algorithm) => boolean>> = {
  utf8: () => true,
  hex: () => true,
  base64: (secret) => !looksPublic(secret),
  // Standard Webhooks writes asymmetric keys as whsk_ and whpk_; their text must never become a shared secret.
  whsec: (secret) => !/^wh[sp]k_/.test(secret),
  whpk: (secret) => secret.startsWith("whpk_"),
  "ed25519-hex": () => true,
  spki: () => true,
  pem: () => true,
  public: (secret, algorithm) => !isShared(algorithm) && fits(readPublicKey(secret), algorithm),
};

/** Imports a secret in the first of the preset's forms that claims it. */
export function importKey(secret: string, forms: Preset["key"]): ImportedKey {
  if (secret.trim() === "") return { kind: "bad", message: "is empty" };
  for (const [algorithm, form] of Object.entries(forms) as [Algorithm, KeyForm][]) {
    if (!CLAIMS[form](secret, algorithm)) continue;
    return isShared(algorithm) ? importShared(secret, form, algorithm) : importPublic(secret, form, algorithm);
  }
  const isUnread = Object.values(forms).includes("public") && readPublicKey(secret) === undefined;
  return {
    kind: "bad",
    message: isUnread
      ? "is not a public key in PEM or as a JWK, nor a certificate"
      : "is a key of another kind than this preset verifies with",
  };
}

export function isShared(algorithm: Algorithm): algorithm is SharedAlgorithm {
  return algorithm === "sha256" || algorithm === "token" || algorithm.startsWith("hmac-");
}

const NOT_DECODED: Partial<Record<KeyForm, string>> = {
  whsec: "is not Base64 (after an optional whsec_)",
  base64: "is not Base64",
  hex: "is not hex",
};

function importShared(secret: string, form: KeyForm, algorithm: SharedAlgorithm): ImportedKey {
  const bytes = sharedBytes(secret, form);
  if (bytes === undefined) return { kind: "bad", message: NOT_DECODED[form] ?? "cannot be decoded" };
  if (bytes.length === 0) return { kind: "bad", message: "is empty" };
  const key: VerifyKey = { algorithm, secret: bytes };
  if (bytes.length >= SHARED_BYTES_MIN) return { kind: "key", key };
  return {
    kind: "key",
    key,
    warning: `is short: ${bytes.length} bytes, where at least ${SHARED_BYTES_MIN} resist guessing`,
    isGuessable: secret.length < GUESSED_BELOW,
  };
}

function sharedBytes(secret: string, form: KeyForm): Buffer | undefined {
  if (form === "hex") return decodeHex(secret);
  if (form === "base64") return decodeBase64(secret);
  return form === "whsec" ? decodeBase64(secret.replace(/^whsec_/, "")) : Buffer.from(secret, "utf8");
}

function importPublic(secret: string, form: KeyForm, algorithm: PublicAlgorithm): ImportedKey {
  const read = publicKeyOf(secret, form);
  if (typeof read === "string") return { kind: "bad", message: read };
  const { publicKey, kid } = read;
  const wanted = TYPE[algorithm];
  if (publicKey.asymmetricKeyType !== wanted) {
    return { kind: "bad", message: `is a key of type ${publicKey.asymmetricKeyType}, where ${wanted} is needed` };
  }
  const weakness = weaknessOf(publicKey);
  if (weakness !== undefined) return { kind: "bad", message: weakness };
  return { kind: "key", key: { algorithm, publicKey, ...(kid !== undefined && { kid }) } };
}

/** The key, or why there is none. */
function publicKeyOf(secret: string, form: KeyForm): PublicKey | string {
  switch (form) {
    case "whpk":
      return rawEd25519(decodeBase64(secret.slice("whpk_".length)), "whpk_ and 32 bytes in Base64");
    case "ed25519-hex":
      return rawEd25519(decodeHex(secret), "32 bytes in hex");
    case "public":
      return readPublicKey(secret) ?? "is not a public key in PEM or as a JWK, nor a certificate";
    default: {
      const publicKey = form === "spki" ? spkiKey(secret) : pemKey(secret);
      return publicKey === undefined
        ? `is not a public key in ${form === "spki" ? "Base64 (SPKI)" : "PEM"}`
        : { publicKey };
    }
  }
}

function rawEd25519(bytes: Buffer | undefined, form: string): PublicKey | string {
  const publicKey = bytes?.length === 32 ? ed25519Key(bytes) : undefined;
  return publicKey === undefined ? `is not an Ed25519 public key (${form})` : { publicKey };
}

function fits(read: PublicKey | undefined, algorithm: PublicAlgorithm): boolean {
  if (read === undefined) return false;
  return read.publicKey.asymmetricKeyType === TYPE[algorithm] && (read.alg ?? algorithm) === algorithm;
}
