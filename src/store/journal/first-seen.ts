/**
 * Whether a (source, key) is taken: the exact answer, from the index and the records behind it, and a cache of
 * recent answers that saves the disk read. The cache only ever holds what the records say, and only of keys that came
 * again: to keep each new key in it took 2 to 4 us of an accept, for the few that ever do.
 */
import { crc32 } from "node:zlib";
import { LRUCache } from "lru-cache";
import type { NewEvent, UnixMs } from "../../model.ts";
import type { FirstEvent } from "../../ports.ts";
import { keyHash } from "../hash.ts";
import { type Chain, holdsKey, readChain, toRecord } from "./chain.ts";
import type { JournalState } from "./journal-state.ts";

/** The event that holds a key, as far as a duplicate needs to know it. */
export interface FirstSeen {
  first: FirstEvent;
  /** When the key is free again. */
  freeAt: UnixMs;
  /** CRC-32 and length stand for the body, so that the cache need not keep it. */
  bodyCrc: number;
  bodyBytes: number;
}

/** Results in the cache take no more than this many bytes together. */
const CACHED_RESULT_BYTES = 64 * 1024 * 1024;

export class FirstSeenLookup {
  readonly #state: JournalState;
  readonly #cacheEntries: number;
  /** Made for the first key that comes again: it takes its room at once, 3.6 MB for 100 000 entries. */
  #cache: LRUCache<string, FirstSeen> | undefined;
  cacheHits = 0;

  constructor(state: JournalState, cacheEntries: number) {
    this.#state = state;
    this.#cacheEntries = cacheEntries;
  }

  get cacheEntries(): number {
    return this.#cache?.size ?? 0;
  }

  /** The cached answer; undefined says nothing. */
  cached(event: NewEvent): FirstSeen | undefined {
    const seen = this.#cache?.get(scopeOf(event));
    if (seen === undefined) return undefined;
    if (event.receivedAt >= seen.freeAt) return undefined;
    this.cacheHits += 1;
    return seen;
  }

  /** True if no record can hold the key of this hash, without a look at the disk. */
  isSurelyFree(hash: number): boolean {
    return !this.#state.keys.mayHave(hash);
  }

  /** The exact answer, from the records. */
  async read(event: NewEvent): Promise<FirstSeen | undefined> {
    for (const position of this.#candidates(event)) {
      const chain = await readChain(this.#state.segments, position);
      // Settled while it was read: to keep the old answer would repeat it for as long as the cache does.
      if (!this.#candidates(event).includes(position)) return await this.read(event);
      if (chain === undefined || !isTakenBy(chain, event)) continue;
      const seen = toFirstSeen(chain);
      this.#remember(scopeOf(event), seen);
      return seen;
    }
    return undefined;
  }

  /** What was known of this event has changed to `first`: the next look-up reads it, or is told here. */
  changed(event: NewEvent, first: () => FirstEvent | undefined): void {
    if (this.cacheEntries === 0 || event.replayOf !== undefined) return;
    const scope = scopeOf(event);
    const seen = this.#cache!.peek(scope);
    if (seen === undefined) return;
    const now = first();
    if (now === undefined) this.#cache!.delete(scope);
    else if (seen.first.event.id === now.event.id) this.#cache!.set(scope, { ...seen, first: now });
  }

  #remember(scope: string, seen: FirstSeen): void {
    if (this.#cacheEntries === 0) return;
    this.#cache ??= new LRUCache<string, FirstSeen>({
      max: this.#cacheEntries,
      maxSize: CACHED_RESULT_BYTES + this.#cacheEntries,
      sizeCalculation: ({ first }) => 1 + (first.result?.length ?? 0),
    });
    this.#cache.set(scope, seen);
  }

  #candidates(event: NewEvent): number[] {
    const { keys, segments, seed } = this.#state;
    return keys.candidates(keyHash(event, seed), segments.newest?.number ?? 0);
  }
}

/** Whether the bodies are the same, as far as CRC-32 and length can tell. */
export function sameBody(seen: FirstSeen, event: NewEvent): boolean {
  return seen.bodyBytes === event.body.length && seen.bodyCrc === crc32(event.body);
}

/** One string for a key within its source; `\0` occurs in no source name. */
export function scopeOf(event: Pick<NewEvent, "source" | "key">): string {
  return `${event.source}\0${event.key}`;
}

function isTakenBy(chain: Chain, event: NewEvent): boolean {
  return chain.event.source === event.source && chain.event.key === event.key && holdsKey(chain) &&
    event.receivedAt < chain.event.receivedAt + chain.event.windowMs;
}

function toFirstSeen(chain: Chain): FirstSeen {
  const { event, state, result, failure } = toRecord(chain, false);
  return {
    first: {
      state,
      event: { id: event.id, type: event.type },
      ...(result !== undefined && { result }),
      ...(failure !== undefined && { failure }),
    },
    freeAt: event.receivedAt + event.windowMs,
    bodyCrc: crc32(event.body),
    bodyBytes: event.body.length,
  };
}
