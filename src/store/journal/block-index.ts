/**
 * From the moment in an event id to the block of a segment where it must lie. Ids ascend in the order of
 * writing, so one entry for each 64 KB is enough and no index by id is needed: a million events of 1 KB take
 * 20 000 entries. Events that compaction moved are not in order; they are found by the hash of their id.
 */
import { growFloat64, growUint16 } from "../columns.ts";
import { compareMoments, type IdMoment } from "../event-id.ts";
import { offsetOf, type Position, segmentOf } from "./position.ts";

/** Distance of two entries in a segment, in bytes. */
export const BLOCK_BYTES = 64 * 1024;

export class BlockIndex {
  #positions = new Float64Array(256);
  #ms = new Float64Array(256);
  #counters = new Uint16Array(256);
  #size = 0;

  /** An event was written at `position`; its id is above all before it. */
  add(position: Position, moment: () => IdMoment): void {
    const last = this.#size === 0 ? undefined : this.#positions[this.#size - 1]!;
    if (
      last !== undefined && segmentOf(last) === segmentOf(position) && offsetOf(position) - offsetOf(last) < BLOCK_BYTES
    ) {
      return;
    }
    const slot = this.#size++;
    if (slot >= this.#positions.length) {
      this.#positions = growFloat64(this.#positions, slot);
      this.#ms = growFloat64(this.#ms, slot);
      this.#counters = growUint16(this.#counters, slot);
    }
    const { ms, counter } = moment();
    this.#positions[slot] = position;
    this.#ms[slot] = ms;
    this.#counters[slot] = counter;
  }

  /** Number of the block in which the id lies, if it lies anywhere; -1 if it is older than all. */
  blockOf(moment: IdMoment): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareMoments({ ms: this.#ms[middle]!, counter: this.#counters[middle]! }, moment) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Number of the block in front of the one that begins at `start`, or -1. Numbers shift when a segment goes. */
  blockBefore(start: Position): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#positions[middle]! < start) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Number of the newest block, or -1. */
  get newest(): number {
    return this.#size - 1;
  }

  /** Where a block begins, and where the next one of its segment does (undefined: at the segment's end). */
  block(number: number): { start: Position; end: Position | undefined } {
    const start = this.#positions[number]!;
    const next = number + 1 < this.#size ? this.#positions[number + 1]! : undefined;
    return { start, end: next !== undefined && segmentOf(next) === segmentOf(start) ? next : undefined };
  }

  /** The oldest segment is gone. */
  dropSegment(segment: number): void {
    let count = 0;
    while (count < this.#size && segmentOf(this.#positions[count]!) <= segment) count += 1;
    this.#positions.copyWithin(0, count, this.#size);
    this.#ms.copyWithin(0, count, this.#size);
    this.#counters.copyWithin(0, count, this.#size);
    this.#size -= count;
  }
}
