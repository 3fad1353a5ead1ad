/**
 * Hashes of keys for the store's tables. Seeded per data directory, so that a sender who chooses keys cannot
 * aim at one bucket. Not cryptographic: a hit in a table is always verified against the record itself.
 */

/**
 * A uniform 53-bit integer from texts, as if they were one; two 32-bit lanes with a final avalanche (after cyrb53,
 * public domain). They are not joined first, which would copy them for each event.
 */
export function hash53(seed: number, ...texts: readonly string[]): number {
  let low = 0xdeadbeef ^ seed;
  let high = 0x41c6ce57 ^ seed;
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      low = Math.imul(low ^ code, 2654435761);
      high = Math.imul(high ^ code, 1597334677);
    }
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (2097151 & high) + (low >>> 0);
}

/** The tag of an idempotency key, 32 bits; `source` and `key` cannot run into each other. */
export function keyHash(scope: { source: string; key: string }, seed: number): number {
  return hash53(seed, scope.source, "\0", scope.key) >>> 0;
}

/** The tag of an event that holds no key, by its id. */
export function idHash(eventId: string, seed: number): number {
  return hash53(seed, eventId) >>> 0;
}

/**
 * The number of a mailbox, never 0 (0 says: none). Two keys that collide in 53 bits would share a mailbox,
 * which costs them parallelism and nothing else.
 */
export function mailboxNumber(source: string, orderingKey: string | undefined, seed: number): number {
  return orderingKey === undefined ? 0 : hash53(seed ^ 0x5bd1e995, source, "\0", orderingKey) || 1;
}
