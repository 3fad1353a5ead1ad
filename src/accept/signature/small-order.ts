/** Ed25519 public keys for which anyone can sign. */
import { Buffer } from "node:buffer";

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

/** `publicKey`: its 32 bytes. */
export function isSmallOrder(publicKey: Uint8Array): boolean {
  const y = Buffer.from(publicKey);
  y[31] = y[31]! & 0x7f;
  return SMALL_ORDER.has(y.toString("hex"));
}
