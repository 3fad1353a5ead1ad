/**
 * From the 32-bit hash of a key (or id) to the last record of its event: 10 bytes an entry in open
 * addressing, at most 0.85 full, so 12 to 24 bytes a key. Entries lie in buckets by time, which are dropped
 * whole when they are older than anything may ask. A hit is a candidate: 10 million keys share a hash with a
 * given one in 0.2 % of look-ups, so whoever asks verifies it against the record.
 */
import type { UnixMs } from "../../model.ts";
import { offsetOf, type Position, positionOf, segmentOf } from "./position.ts";

/** A table is grown when it is fuller than this: longer probes against memory. */
const LOAD_MAX = 0.85;
const BUCKETS_PER_KEEP = 8;
const CAPACITY_MIN = 1024;

class Bucket {
  readonly startsAt: UnixMs;
  size = 0;
  #hashes = new Uint32Array(CAPACITY_MIN);
  #offsets = new Uint32Array(CAPACITY_MIN);
  #segments = new Uint16Array(CAPACITY_MIN);

  constructor(startsAt: UnixMs) {
    this.startsAt = startsAt;
  }

  insert(hash: number, position: Position): void {
    if (this.size + 1 > this.#hashes.length * LOAD_MAX) this.#grow();
    let index = this.#home(hash);
    while (this.#offsets[index] !== 0) index = (index + 1) & (this.#hashes.length - 1);
    this.#write(index, hash, position);
    this.size += 1;
  }

  replace(hash: number, from: Position, to: Position): boolean {
    const offset = offsetOf(from);
    const segment = segmentOf(from) & 0xffff;
    for (let index = this.#home(hash); this.#offsets[index] !== 0; index = (index + 1) & (this.#hashes.length - 1)) {
      if (this.#hashes[index] !== hash || this.#offsets[index] !== offset || this.#segments[index] !== segment) {
        continue;
      }
      this.#write(index, hash, to);
      return true;
    }
    return false;
  }

  collect(hash: number, newestSegment: number, found: Position[]): void {
    for (let index = this.#home(hash); this.#offsets[index] !== 0; index = (index + 1) & (this.#hashes.length - 1)) {
      if (this.#hashes[index] !== hash) continue;
      found.push(positionOf(widen(this.#segments[index]!, newestSegment), this.#offsets[index]!));
    }
  }

  #write(index: number, hash: number, position: Position): void {
    this.#hashes[index] = hash;
    this.#offsets[index] = offsetOf(position);
    this.#segments[index] = segmentOf(position) & 0xffff;
  }

  /** The upper bits of the hash: they are as good as the lower ones, and a grown table keeps neighbours apart. */
  #home(hash: number): number {
    return Math.floor((hash / 2 ** 32) * this.#hashes.length);
  }

  #grow(): void {
    const [hashes, offsets, segments] = [this.#hashes, this.#offsets, this.#segments];
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#offsets = new Uint32Array(hashes.length * 2);
    this.#segments = new Uint16Array(hashes.length * 2);
    for (let old = 0; old < hashes.length; old++) {
      if (offsets[old] === 0) continue;
      let index = this.#home(hashes[old]!);
      while (this.#offsets[index] !== 0) index = (index + 1) & (this.#hashes.length - 1);
      this.#hashes[index] = hashes[old]!;
      this.#offsets[index] = offsets[old]!;
      this.#segments[index] = segments[old]!;
    }
  }
}

/** The newest segment number that ends in these 16 bits and is not above `newest`. */
function widen(low: number, newest: number): number {
  return newest - ((newest - low) & 0xffff);
}

export class KeyIndex {
  /** Newest first. */
  #buckets: Bucket[] = [];
  readonly #spanMs: number;
  readonly #keepMs: number;

  /** `keepMs`: how long an entry may be asked for after its insertion. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
    this.#spanMs = Math.max(1, Math.ceil(keepMs / BUCKETS_PER_KEEP));
  }

  get size(): number {
    return this.#buckets.reduce((sum, bucket) => sum + bucket.size, 0);
  }

  insert(hash: number, position: Position, now: UnixMs): void {
    const newest = this.#buckets[0];
    if (newest === undefined || now >= newest.startsAt + this.#spanMs) this.#buckets.unshift(new Bucket(now));
    this.#buckets[0]!.insert(hash, position);
  }

  /** The event's last record is now `to`. False if no entry says `from`. */
  replace(hash: number, from: Position, to: Position): boolean {
    return this.#buckets.some((bucket) => bucket.replace(hash, from, to));
  }

  /** Last records of the events that may have this hash, those of newer buckets first. */
  candidates(hash: number, newestSegment: number): Position[] {
    const found: Position[] = [];
    for (const bucket of this.#buckets) bucket.collect(hash, newestSegment, found);
    return found;
  }

  /** Whether a bucket is old enough to be dropped. */
  hasExpired(now: UnixMs): boolean {
    return this.#expiredFrom(now) < this.#buckets.length;
  }

  /** Drops the buckets in which everything is older than `keepMs`, but for the entries of `survivors`. */
  dropExpired(now: UnixMs, survivors: Iterable<{ hash: number; last: Position }>): void {
    const expired = this.#buckets.splice(this.#expiredFrom(now));
    for (const { hash, last } of survivors) {
      if (expired.some((bucket) => bucket.replace(hash, last, last))) this.insert(hash, last, now);
    }
  }

  #expiredFrom(now: UnixMs): number {
    const index = this.#buckets.findIndex((bucket) => bucket.startsAt + this.#spanMs + this.#keepMs < now);
    return index === -1 ? this.#buckets.length : index;
  }
}
