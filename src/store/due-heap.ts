/**
 * Slots that wait for a time: a binary heap over a column of due times. Equal times come out in the order
 * in which they went in.
 */
import type { UnixMs } from "../model.ts";
import { growFloat64, growUint32 } from "./columns.ts";

export class DueHeap {
  #dueAt = new Float64Array(1024);
  #turn = new Uint32Array(1024);
  readonly #heap: number[] = [];
  #pushed = 0;

  /** Sets a slot's time without queueing it. */
  set(slot: number, dueAt: UnixMs): void {
    if (slot >= this.#dueAt.length) {
      this.#dueAt = growFloat64(this.#dueAt, slot);
      this.#turn = growUint32(this.#turn, slot);
    }
    this.#dueAt[slot] = dueAt;
  }

  get(slot: number): UnixMs | undefined {
    const dueAt = this.#dueAt[slot] ?? 0;
    return dueAt === 0 ? undefined : dueAt;
  }

  forget(slot: number): void {
    if (slot < this.#dueAt.length) this.#dueAt[slot] = 0;
  }

  /** Queues a slot whose time is set. */
  push(slot: number): void {
    this.#turn[slot] = this.#pushed++;
    this.#heap.push(slot);
    this.#rise(this.#heap.length - 1);
  }

  first(): UnixMs | undefined {
    const slot = this.#heap[0];
    return slot === undefined ? undefined : this.#dueAt[slot];
  }

  /** Takes out one slot that is due at `now`. */
  popDue(now: UnixMs): number | undefined {
    const slot = this.#heap[0];
    if (slot === undefined || this.#dueAt[slot]! > now) return undefined;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return slot;
  }

  #before(a: number, b: number): boolean {
    return this.#dueAt[a]! < this.#dueAt[b]! || (this.#dueAt[a] === this.#dueAt[b] && this.#turn[a]! < this.#turn[b]!);
  }

  #rise(index: number): void {
    const slot = this.#heap[index]!;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(slot, this.#heap[parent]!)) break;
      this.#heap[index] = this.#heap[parent]!;
      index = parent;
    }
    this.#heap[index] = slot;
  }

  #sink(index: number): void {
    const slot = this.#heap[index]!;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#before(this.#heap[child + 1]!, this.#heap[child]!)) child += 1;
      if (!this.#before(this.#heap[child]!, slot)) break;
      this.#heap[index] = this.#heap[child]!;
      index = child;
    }
    this.#heap[index] = slot;
  }
}
