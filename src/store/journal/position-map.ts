/**
 * From positions to slots, in typed memory (about 24 bytes an entry). Open addressing; deletion shifts back, so that it
 * never fills up with graves. It grows a few entries at a time: to move two million of them at once let every
 * sender wait for 95 ms.
 */
import type { Position } from "./position.ts";

const CAPACITY_MIN = 1024;
/**
 * Places of the smaller table that each change clears while the map grows. It has two for each entry, and there is room
 * for as many entries again, so that it would be done in time with 3.
 */
const CLEARED_AT_ONCE = 16;

export class PositionMap {
  #table = new Table(CAPACITY_MIN);
  /** The smaller table that it grows out of, until all of it has moved. */
  #old: Table | undefined;

  get size(): number {
    return this.#table.size + (this.#old?.size ?? 0);
  }

  get(key: Position): number | undefined {
    return this.#table.get(key) ?? this.#old?.get(key);
  }

  set(key: Position, slot: number): void {
    if (this.#table.isFull) this.#grow();
    this.#old?.delete(key);
    this.#moveOn();
    this.#table.set(key, slot);
  }

  delete(key: Position): void {
    if (!this.#table.delete(key)) this.#old?.delete(key);
    this.#moveOn();
  }

  *entries(): Generator<[Position, number]> {
    yield* this.#table.entries();
    if (this.#old !== undefined) yield* this.#old.entries();
  }

  #grow(): void {
    this.#old = this.#table;
    this.#table = new Table(this.#old.capacity * 2);
  }

  #moveOn(): void {
    if (this.#old?.moveInto(this.#table, CLEARED_AT_ONCE) === true) this.#old = undefined;
  }
}

/** A map that does not grow. */
class Table {
  readonly #keys: Float64Array;
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** Places below are empty, once it is moved. */
  #cleared = 0;
  size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
    this.#slots = new Int32Array(capacity);
    this.#mask = capacity - 1;
  }

  get capacity(): number {
    return this.#keys.length;
  }

  /** Fuller, and probes become long. */
  get isFull(): boolean {
    return this.size * 2 >= this.capacity;
  }

  get(key: Position): number | undefined {
    const index = this.#find(key);
    return this.#keys[index] === key ? this.#slots[index] : undefined;
  }

  set(key: Position, slot: number): void {
    const index = this.#find(key);
    if (this.#keys[index] !== key) this.size += 1;
    this.#keys[index] = key;
    this.#slots[index] = slot;
  }

  /** True if it was there. */
  delete(key: Position): boolean {
    const index = this.#find(key);
    if (this.#keys[index] !== key) return false;
    this.#empty(index);
    return true;
  }

  *entries(): Generator<[Position, number]> {
    for (let index = 0; index < this.capacity; index++) {
      if (this.#keys[index] !== 0) yield [this.#keys[index]!, this.#slots[index]!];
    }
  }

  /** Moves what lies in the next `places`. True once all has moved. */
  moveInto(other: Table, places: number): boolean {
    const end = Math.min(this.#cleared + places, this.capacity);
    for (; this.#cleared < end; this.#cleared++) {
      // Emptied, a place may be taken by an entry from behind it.
      for (let key = this.#keys[this.#cleared]!; key !== 0; key = this.#keys[this.#cleared]!) {
        other.set(key, this.#slots[this.#cleared]!);
        this.#empty(this.#cleared);
      }
    }
    return this.#cleared === this.capacity;
  }

  #empty(at: number): void {
    let hole = at;
    this.size -= 1;
    for (let next = (hole + 1) & this.#mask; this.#keys[next] !== 0; next = (next + 1) & this.#mask) {
      const home = this.#home(this.#keys[next]!);
      // An entry may fill the hole only if its home does not lie behind the hole on the way to it.
      if (((next - home) & this.#mask) < ((next - hole) & this.#mask)) continue;
      this.#keys[hole] = this.#keys[next]!;
      this.#slots[hole] = this.#slots[next]!;
      hole = next;
    }
    this.#keys[hole] = 0;
  }

  /** Where the key is, or the free place where it would go. */
  #find(key: Position): number {
    let index = this.#home(key);
    while (this.#keys[index] !== 0 && this.#keys[index] !== key) index = (index + 1) & this.#mask;
    return index;
  }

  #home(key: Position): number {
    const mixed = Math.imul((key >>> 0) ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }
}
