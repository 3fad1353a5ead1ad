/**
 * HMAC (RFC 2104) by two one-shot hashes, for bodies of the usual size. `createHmac` makes an object that the runtime
 * has to track and to collect: 7 us a request under load on Node 20, where this takes 2.5; in a loop on Deno 12 and 5.
 */
import { Buffer } from "node:buffer";
import { createHmac, hash } from "node:crypto";

export type MacHash = "sha256" | "sha1";

/** Of both hashes. */
const BLOCK_BYTES = 64;
const HASH_BYTES = { sha256: 32, sha1: 20 } as const;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** Contents up to here are copied behind the key's block and hashed at once; a copy of more costs more than it saves. */
const CONTENT_BYTES_MAX = 64 * 1024;

/** A key with its two blocks: what the hash begins with, inside and outside. */
interface Blocks {
  inner: Buffer;
  /** The block, with room for the inner hash behind it. */
  outer: Buffer;
}

/** One message at a time is hashed, so that all keys share the room for it. */
const message = Buffer.allocUnsafeSlow(BLOCK_BYTES + CONTENT_BYTES_MAX);
const known = { sha256: new WeakMap<Uint8Array, Blocks>(), sha1: new WeakMap<Uint8Array, Blocks>() };

/** The MAC in hex. A secret must not change after its first use. */
export function macHex(algorithm: MacHash, secret: Uint8Array, content: readonly Uint8Array[]): string {
  let end = BLOCK_BYTES;
  for (const bytes of content) end += bytes.length;
  if (end > message.length) return streamed(algorithm, secret, content);
  const { inner, outer } = blocksOf(algorithm, secret);
  message.set(inner);
  let at = BLOCK_BYTES;
  for (const bytes of content) {
    message.set(bytes, at);
    at += bytes.length;
  }
  outer.write(hash(algorithm, message.subarray(0, end), "hex"), BLOCK_BYTES, "hex");
  return hash(algorithm, outer, "hex");
}

function streamed(algorithm: MacHash, secret: Uint8Array, content: readonly Uint8Array[]): string {
  const mac = createHmac(algorithm, secret);
  for (const bytes of content) mac.update(bytes);
  return mac.digest("hex");
}

function blocksOf(algorithm: MacHash, secret: Uint8Array): Blocks {
  let blocks = known[algorithm].get(secret);
  if (blocks === undefined) known[algorithm].set(secret, blocks = makeBlocks(algorithm, secret));
  return blocks;
}

/** A key longer than a block counts by its hash (RFC 2104 section 2). */
function makeBlocks(algorithm: MacHash, secret: Uint8Array): Blocks {
  const key = secret.length > BLOCK_BYTES ? Buffer.from(hash(algorithm, secret, "hex"), "hex") : secret;
  const inner = Buffer.alloc(BLOCK_BYTES, INNER_PAD);
  const outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES[algorithm], OUTER_PAD);
  for (const [index, byte] of key.entries()) {
    inner[index]! ^= byte;
    outer[index]! ^= byte;
  }
  return { inner, outer };
}
