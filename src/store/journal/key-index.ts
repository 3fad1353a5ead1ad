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
/** A look-up asks all buckets, and entries stay for up to one bucket's span longer than they must. */
const BUCKETS_PER_KEEP = 4;
const CAPACITY_MIN = 1024;

/**
 * A place whose hash is 0 is free, and a hash of 0 is kept as 1: a look-up that misses, as nearly all do, then touches
 * one array of each bucket and not two.
 */
class Bucket {
  readonly startsAt: UnixMs;
  size = 0;
  #hashes = new Uint32Array(CAPACITY_MIN);
  #offsets = new Uint32Array(CAPACITY_MIN);
  #segments = new Uint16Array(CAPACITY_MIN);
  /** Leaves as many bits of a hash as the capacity has. */
  #shift = 32 - Math.log2(CAPACITY_MIN);

  constructor(startsAt: UnixMs) {
    this.startsAt = startsAt;
  }

  insert(hash: number, position: Position): void {
    if (this.size + 1 > this.#hashes.length * LOAD_MAX) this.#grow();
    this.#write(this.#freeFor(hash), hash, position);
    this.size += 1;
  }

  mayHave(hash: number): boolean {
    const hashes = this.#hashes;
    const kept = hash || 1;
    let index = this.#home(hash);
    while (hashes[index] !== 0 && hashes[index] !== kept) index = (index + 1) & (hashes.length - 1);
    return hashes[index] !== 0;
  }

  /** True if the entry was there. */
  replace(hash: number, from: Position, to: Position): boolean {
    const index = this.#find(hash, from);
    if (index !== -1) this.#write(index, hash, to);
    return index !== -1;
  }

  /** True if the entry was there. Those behind it that it kept from their homes move up. */
  remove(hash: number, position: Position): boolean {
    const mask = this.#hashes.length - 1;
    let hole = this.#find(hash, position);
    if (hole === -1) return false;
    this.size -= 1;
    for (let next = (hole + 1) & mask; this.#hashes[next] !== 0; next = (next + 1) & mask) {
      const home = this.#home(this.#hashes[next]!);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.#hashes[hole] = this.#hashes[next]!;
      this.#offsets[hole] = this.#offsets[next]!;
      this.#segments[hole] = this.#segments[next]!;
      hole = next;
    }
    this.#hashes[hole] = 0;
    return true;
  }

  collect(hash: number, newestSegment: number, found: Position[]): void {
    const hashes = this.#hashes;
    const kept = hash || 1;
    for (let index = this.#home(hash); hashes[index] !== 0; index = (index + 1) & (hashes.length - 1)) {
      if (hashes[index] !== kept) continue;
      found.push(positionOf(widen(this.#segments[index]!, newestSegment), this.#offsets[index]!));
    }
  }

  /** Where the entry is, or -1. */
  #find(hash: number, position: Position): number {
    const offset = offsetOf(position);
    const segment = segmentOf(position) & 0xffff;
    const hashes = this.#hashes;
    const kept = hash || 1;
    for (let index = this.#home(hash); hashes[index] !== 0; index = (index + 1) & (hashes.length - 1)) {
      if (hashes[index] === kept && this.#offsets[index] === offset && this.#segments[index] === segment) {
        return index;
      }
    }
    return -1;
  }

  #write(index: number, hash: number, position: Position): void {
    this.#hashes[index] = hash || 1;
    this.#offsets[index] = offsetOf(position);
    this.#segments[index] = segmentOf(position) & 0xffff;
  }

  /** The upper bits of the hash: they are as good as the lower ones, and a grown table keeps neighbours apart. */
  #home(hash: number): number {
    return hash >>> this.#shift;
  }

  #freeFor(hash: number): number {
    const hashes = this.#hashes;
    let index = this.#home(hash);
    while (hashes[index] !== 0) index = (index + 1) & (hashes.length - 1);
    return index;
  }

  #grow(): void {
    const [hashes, offsets, segments] = [this.#hashes, this.#offsets, this.#segments];
    this.#hashes = new Uint32Array(hashes.length * 2);
    this.#offsets = new Uint32Array(hashes.length * 2);
    this.#segments = new Uint16Array(hashes.length * 2);
    this.#shift -= 1;
    for (let old = 0; old < hashes.length; old++) {
      if (hashes[old] === 0) continue;
      const index = this.#freeFor(hashes[old]!);
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

  /**
   * The event's last record is now `to`, and may be asked for until `keepMs` after `at`: an entry in a bucket that
   * goes before then moves on. One that is not there comes in.
   */
  follow(hash: number, { from, to, at }: { from: Position; to: Position; at: UnixMs }): void {
    for (const bucket of this.#buckets) {
      const lasts = bucket.startsAt + this.#spanMs >= at;
      if (lasts && bucket.replace(hash, from, to)) return;
      if (!lasts && bucket.remove(hash, from)) break;
    }
    this.insert(hash, to, at);
  }

  /** Whether there is any candidate. */
  mayHave(hash: number): boolean {
    for (const bucket of this.#buckets) if (bucket.mayHave(hash)) return true;
    return false;
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

  /** What must outlive its bucket moves to a newer one, if the bucket is old enough to be dropped. */
  renew(entry: { hash: number; last: Position }, now: UnixMs): void {
    for (let index = this.#expiredFrom(now); index < this.#buckets.length; index++) {
      if (this.#buckets[index]!.remove(entry.hash, entry.last)) return this.insert(entry.hash, entry.last, now);
    }
  }

  /** Drops the buckets in which everything is older than `keepMs`. */
  dropExpired(now: UnixMs): void {
    this.#buckets.splice(this.#expiredFrom(now));
  }

  #expiredFrom(now: UnixMs): number {
    const index = this.#buckets.findIndex((bucket) => bucket.startsAt + this.#spanMs + this.#keepMs < now);
    return index === -1 ? this.#buckets.length : index;
  }
}
