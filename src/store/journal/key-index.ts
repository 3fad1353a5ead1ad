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

  mayHave(hash: number): boolean {
    let index = this.#home(hash);
    while (this.#offsets[index] !== 0 && this.#hashes[index] !== hash) index = (index + 1) & (this.#hashes.length - 1);
    return this.#offsets[index] !== 0;
  }

  has(hash: number, position: Position): boolean {
    return this.#find(hash, position) !== -1;
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
    for (let next = (hole + 1) & mask; this.#offsets[next] !== 0; next = (next + 1) & mask) {
      const home = this.#home(this.#hashes[next]!);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.#hashes[hole] = this.#hashes[next]!;
      this.#offsets[hole] = this.#offsets[next]!;
      this.#segments[hole] = this.#segments[next]!;
      hole = next;
    }
    this.#offsets[hole] = 0;
    return true;
  }

  collect(hash: number, newestSegment: number, found: Position[]): void {
    for (let index = this.#home(hash); this.#offsets[index] !== 0; index = (index + 1) & (this.#hashes.length - 1)) {
      if (this.#hashes[index] !== hash) continue;
      found.push(positionOf(widen(this.#segments[index]!, newestSegment), this.#offsets[index]!));
    }
  }

  /** Where the entry is, or -1. */
  #find(hash: number, position: Position): number {
    const offset = offsetOf(position);
    const segment = segmentOf(position) & 0xffff;
    for (let index = this.#home(hash); this.#offsets[index] !== 0; index = (index + 1) & (this.#hashes.length - 1)) {
      if (this.#hashes[index] === hash && this.#offsets[index] === offset && this.#segments[index] === segment) {
        return index;
      }
    }
    return -1;
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

  /** Drops the buckets in which everything is older than `keepMs`, but for the entries of `survivors`. */
  dropExpired(now: UnixMs, survivors: Iterable<{ hash: number; last: Position }>): void {
    const expired = this.#buckets.splice(this.#expiredFrom(now));
    for (const { hash, last } of survivors) {
      if (expired.some((bucket) => bucket.has(hash, last))) this.insert(hash, last, now);
    }
  }

  #expiredFrom(now: UnixMs): number {
    const index = this.#buckets.findIndex((bucket) => bucket.startsAt + this.#spanMs + this.#keepMs < now);
    return index === -1 ? this.#buckets.length : index;
  }
}
