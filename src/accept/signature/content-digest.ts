/** Whether a body is the one that its Content-Digest (RFC 9530) was made of. */
import { createHash, timingSafeEqual } from "node:crypto";
import { parseDictionary } from "./structured-fields.ts";

/** Section 5: the two that may be relied on. Others beside them are passed over. */
const HASHES: Readonly<Record<string, string>> = { "sha-256": "sha256", "sha-512": "sha512" };

/** All known digests must be right, and there must be one. */
export function matchesDigest(contentDigest: string, body: Uint8Array): boolean {
  const digests = [...parseDictionary(contentDigest) ?? []].filter(([name]) => Object.hasOwn(HASHES, name));
  return digests.length > 0 && digests.every(([name, member]) => {
    if (member.kind !== "item" || member.bare.kind !== "bytes") return false;
    const digest = createHash(HASHES[name]!).update(body).digest();
    return digest.length === member.bare.value.length && timingSafeEqual(digest, member.bare.value);
  });
}
