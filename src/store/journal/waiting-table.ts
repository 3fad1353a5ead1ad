/**
 * One row for each delivery that is not settled: where its records lie and how far it is. About 60 bytes a
 * row in typed memory; the event itself stays on disk until its turn. Rows are linked in order of acceptance.
 */
import type { UnixMs } from "../../model.ts";
import { growFloat64, growInt32, growUint16, growUint32 } from "../columns.ts";
import { NOWHERE, type Position } from "./position.ts";

const NONE = -1;

/** What a row is made of. */
export interface WaitingRow {
  /** Where the event's first record lies, and how long that frame is. */
  event: Position;
  frameBytes: number;
  /** Where its last record lies. */
  last: Position;
  hash: number;
  mailbox: number;
  seq: number;
  receivedAt: UnixMs;
  charged: number;
  generation: number;
}

export class WaitingTable {
  event = new Float64Array(1024);
  last = new Float64Array(1024);
  seq = new Float64Array(1024);
  receivedAt = new Float64Array(1024);
  mailbox = new Float64Array(1024);
  frameBytes = new Uint32Array(1024);
  hash = new Uint32Array(1024);
  charged = new Uint16Array(1024);
  generation = new Uint16Array(1024);
  #older = new Int32Array(1024);
  #newer = new Int32Array(1024);
  #oldest = NONE;
  #newest = NONE;
  #free = NONE;
  #used = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A new row, the newest. Returns its slot, which is reused once the row is removed. */
  add(row: WaitingRow): number {
    const slot = this.#allocate();
    this.event[slot] = row.event;
    this.last[slot] = row.last;
    this.seq[slot] = row.seq;
    this.receivedAt[slot] = row.receivedAt;
    this.mailbox[slot] = row.mailbox;
    this.frameBytes[slot] = row.frameBytes;
    this.hash[slot] = row.hash;
    this.charged[slot] = row.charged;
    this.generation[slot] = row.generation;
    this.#older[slot] = this.#newest;
    this.#newer[slot] = NONE;
    if (this.#newest === NONE) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
    this.#size += 1;
    return slot;
  }

  remove(slot: number): void {
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
    this.#newer[slot] = this.#free;
    this.#free = slot;
    this.event[slot] = NOWHERE;
    this.last[slot] = NOWHERE;
    this.#size -= 1;
  }

  /** Slots in order of acceptance. A row may be removed while it is the current one. */
  *oldestFirst(): Generator<number> {
    for (let slot = this.#oldest; slot !== NONE;) {
      const next = this.#newer[slot]!;
      yield slot;
      slot = next;
    }
  }

  *newestFirst(): Generator<number> {
    for (let slot = this.#newest; slot !== NONE;) {
      const next = this.#older[slot]!;
      yield slot;
      slot = next;
    }
  }

  /** Slots in no order; rows may come and go while one walks through them. */
  *slots(): Generator<number> {
    for (let slot = 0; slot < this.#used; slot++) if (this.event[slot] !== NOWHERE) yield slot;
  }

  oldest(): number | undefined {
    return this.#oldest === NONE ? undefined : this.#oldest;
  }

  /** Links the rows anew in order of `seq`; for the start, when moved events were read out of order. */
  sortBySeq(): void {
    const slots = [...this.oldestFirst()].sort((a, b) => this.seq[a]! - this.seq[b]!);
    slots.forEach((slot, index) => {
      this.#older[slot] = slots[index - 1] ?? NONE;
      this.#newer[slot] = slots[index + 1] ?? NONE;
    });
    this.#oldest = slots[0] ?? NONE;
    this.#newest = slots.at(-1) ?? NONE;
  }

  #allocate(): number {
    if (this.#free !== NONE) {
      const slot = this.#free;
      this.#free = this.#newer[slot]!;
      return slot;
    }
    const slot = this.#used++;
    if (slot >= this.event.length) this.#grow(slot);
    return slot;
  }

  #grow(slot: number): void {
    this.event = growFloat64(this.event, slot);
    this.last = growFloat64(this.last, slot);
    this.seq = growFloat64(this.seq, slot);
    this.receivedAt = growFloat64(this.receivedAt, slot);
    this.mailbox = growFloat64(this.mailbox, slot);
    this.frameBytes = growUint32(this.frameBytes, slot);
    this.hash = growUint32(this.hash, slot);
    this.charged = growUint16(this.charged, slot);
    this.generation = growUint16(this.generation, slot);
    this.#older = growInt32(this.#older, slot);
    this.#newer = growInt32(this.#newer, slot);
  }
}
