/**
 * Where a record begins: segment number and offset in one number, so that positions compare in the order
 * of writing and fit a Float64Array. Segments up to 2^20, offsets below 4 GiB. 0 is nowhere: offset 0 of a
 * segment is its header.
 */
export type Position = number;

const SEGMENT_SPAN = 2 ** 32;

export const NOWHERE: Position = 0;

export function positionOf(segment: number, offset: number): Position {
  return segment * SEGMENT_SPAN + offset;
}

export function segmentOf(position: Position): number {
  return Math.floor(position / SEGMENT_SPAN);
}

export function offsetOf(position: Position): number {
  return position % SEGMENT_SPAN;
}
