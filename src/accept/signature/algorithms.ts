/**
 * The algorithms of `node:crypto` that presets use, each behind one question: is this the signature of these bytes
 * under this key? Shared secrets are compared in constant time.
 */
import { Buffer } from "node:buffer";
import { constants, createHash, timingSafeEqual, verify } from "node:crypto";
import type { Algorithm } from "../../presets/preset.ts";
import type { VerifyKey } from "./key-import.ts";
import { macHex } from "./mac.ts";

const LENGTH: Partial<Record<Algorithm, number>> = {
  "hmac-sha256": 32,
  "hmac-sha1": 20,
  sha256: 32,
  ed25519: 64,
  "ecdsa-p256-raw": 64,
};

/** Whether bytes are as long as a signature of the algorithm is: what is not is malformed, and not merely wrong. */
export function fitsAlgorithm(bytes: Uint8Array, algorithm: Algorithm): boolean {
  const length = LENGTH[algorithm];
  if (length !== undefined) return bytes.length === length;
  // DER of two integers of up to 33 bytes; the modulus of an RSA key; a token of any length.
  if (algorithm === "ecdsa-p256") return bytes.length >= 8 && bytes.length <= 72;
  return bytes.length > 0 && bytes.length <= 1024;
}

/** Computes once what all candidates are compared with. */
export function checkerFor(key: VerifyKey, content: readonly Uint8Array[]): (signature: Buffer) => boolean {
  switch (key.algorithm) {
    case "hmac-sha256":
    case "hmac-sha1":
      return equals(
        Buffer.from(macHex(key.algorithm === "hmac-sha256" ? "sha256" : "sha1", key.secret, content), "hex"),
      );
    case "sha256": {
      const hash = createHash("sha256").update(key.secret);
      for (const bytes of content) hash.update(bytes);
      return equals(hash.digest());
    }
    case "token": {
      // Hashed first, so that neither the length nor a common prefix shows in the time it takes.
      const wanted = equals(sha256(key.secret));
      return (token) => wanted(sha256(token));
    }
    case "ed25519": {
      const message = Buffer.concat(content);
      return (signature) => verify(null, message, key.publicKey, signature);
    }
    case "ecdsa-p256":
    case "rsa-sha256": {
      const message = Buffer.concat(content);
      return (signature) => verify("sha256", message, key.publicKey, signature);
    }
    case "ecdsa-p256-raw": {
      const message = Buffer.concat(content);
      const options = { key: key.publicKey, dsaEncoding: "ieee-p1363" } as const;
      return (signature) => verify("sha256", message, options, signature);
    }
    case "rsa-pss-sha512": {
      const message = Buffer.concat(content);
      // RFC 9421 section 3.3.1 has a salt of 64 bytes, but signers in use make it as long as fits: it proves as much.
      const salt = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };
      const options = { key: key.publicKey, ...salt };
      return (signature) => verify("sha512", message, options, signature);
    }
  }
}

function equals(mac: Buffer): (signature: Buffer) => boolean {
  return (signature) => signature.length === mac.length && timingSafeEqual(mac, signature);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
