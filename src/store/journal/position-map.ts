/**
 * From positions to slots, in typed memory (about 24 bytes an entry): used while the journal is read at start,
 * when later records must find the waiting event that they speak of. Open addressing; deletion shifts back,
 * so that it never fills up with graves.
 */
import type { Position } from "./position.ts";

export class PositionMap {
  #keys = new Float64Array(1024);
  #slots = new Int32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Position): number | undefined {
    const index = this.#find(key);
    return this.#keys[index] === key ? this.#slots[index] : undefined;
  }

  set(key: Position, slot: number): void {
    if (this.#size * 2 >= this.#keys.length) this.#grow();
    const index = this.#find(key);
    if (this.#keys[index] !== key) this.#size += 1;
    this.#keys[index] = key;
    this.#slots[index] = slot;
  }

  delete(key: Position): void {
    const mask = this.#keys.length - 1;
    let hole = this.#find(key);
    if (this.#keys[hole] !== key) return;
    this.#size -= 1;
    for (let next = (hole + 1) & mask; this.#keys[next] !== 0; next = (next + 1) & mask) {
      const home = this.#home(this.#keys[next]!);
      // An entry may fill the hole only if its home does not lie behind the hole on the way to it.
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.#keys[hole] = this.#keys[next]!;
      this.#slots[hole] = this.#slots[next]!;
      hole = next;
    }
    this.#keys[hole] = 0;
  }

  *entries(): Generator<[Position, number]> {
    for (let index = 0; index < this.#keys.length; index++) {
      if (this.#keys[index] !== 0) yield [this.#keys[index]!, this.#slots[index]!];
    }
  }

  /** Where the key is, or the free place where it would go. */
  #find(key: Position): number {
    const mask = this.#keys.length - 1;
    let index = this.#home(key);
    while (this.#keys[index] !== 0 && this.#keys[index] !== key) index = (index + 1) & mask;
    return index;
  }

  #home(key: Position): number {
    const mixed = Math.imul((key >>> 0) ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#keys.length - 1);
  }

  #grow(): void {
    const keys = this.#keys;
    const slots = this.#slots;
    this.#keys = new Float64Array(keys.length * 2);
    this.#slots = new Int32Array(keys.length * 2);
    this.#size = 0;
    for (let index = 0; index < keys.length; index++) {
      if (keys[index] !== 0) this.set(keys[index]!, slots[index]!);
    }
  }
}
