/**
 * What a start needs of a sealed segment, in a file beside it: the fixed parts of its records, without what senders
 * and handlers said. Promise: it is never needed. One that is missing, torn, of another file, or that another version
 * wrote is as good as none, and then the segment is read.
 *
 *   header  magic 8 | version u32 | segment u32 | end f64 | seed u32 | last frame u32 | its first 16 bytes | length u32 | crc u32
 *   record  offset u32 | frame bytes u32 | fixed part (a hold: the whole record)
 *
 * `last frame` is an offset: its bytes hold a CRC over an id made by chance, so that they tell this very segment from one
 * of the same number and length, such as a backup put back.
 */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { FRAME_HEADER_BYTES } from "./frame.ts";
import { positionOf } from "./position.ts";
import { fixedBytesOf, type RecordPlace } from "./read-entry.ts";
import type { ScannedFrame } from "./scan.ts";

const MAGIC = Buffer.from("hookdsum", "latin1");
/** To be raised with each change of a record's fixed part, too. */
const VERSION = 1;
const HEADER_BYTES = 56;
const PREFIX_BYTES = 8;
/** It is read in one piece: a segment that would need a longer one has none. */
export const SUMMARY_BYTES_MAX = 64 * 1024 * 1024;

/** What the summary must be of. */
export interface SummarizedSegment {
  number: number;
  /** Where its good part ends. */
  end: number;
  seed: number;
}

export interface LastFrame {
  offset: number;
  /** Its first 16 bytes. */
  header: Buffer;
}

export class SummaryWriter {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #length = HEADER_BYTES;
  #last: LastFrame | undefined;
  #isComplete = true;

  /** Takes the frames of a segment, in order. */
  add({ bytes, at, length, offset }: ScannedFrame): void {
    const recordAt = at + FRAME_HEADER_BYTES;
    const recordBytes = fixedBytesOf(bytes[recordAt]!, length - FRAME_HEADER_BYTES);
    this.#isComplete &&= recordBytes > 0 && this.#length + PREFIX_BYTES + recordBytes <= SUMMARY_BYTES_MAX;
    if (!this.#isComplete) return;
    this.#reserve(PREFIX_BYTES + recordBytes);
    this.#bytes.writeUInt32LE(offset, this.#length);
    this.#bytes.writeUInt32LE(length, this.#length + 4);
    bytes.copy(this.#bytes, this.#length + PREFIX_BYTES, recordAt, recordAt + recordBytes);
    this.#length += PREFIX_BYTES + recordBytes;
    this.#last = { offset, header: Buffer.from(bytes.subarray(at, recordAt)) };
  }

  /** Undefined for a segment that has no record, or one of a kind that this version does not know. */
  finish({ number, end, seed }: SummarizedSegment): Buffer | undefined {
    if (!this.#isComplete || this.#last === undefined) return undefined;
    const bytes = this.#bytes.subarray(0, this.#length);
    MAGIC.copy(bytes);
    bytes.writeUInt32LE(VERSION, 8);
    bytes.writeUInt32LE(number, 12);
    bytes.writeDoubleLE(end, 16);
    bytes.writeUInt32LE(seed, 24);
    bytes.writeUInt32LE(this.#last.offset, 28);
    this.#last.header.copy(bytes, 32);
    bytes.writeUInt32LE(bytes.length, 48);
    bytes.writeUInt32LE(crcOf(bytes), 52);
    return bytes;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Over all but itself. */
function crcOf(bytes: Buffer): number {
  return crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(0, 52)));
}

/** The last frame that the segment must have, if these bytes are a whole summary of it. */
export function checkSummary(bytes: Buffer, segment: SummarizedSegment): LastFrame | undefined {
  if (bytes.length <= HEADER_BYTES || !bytes.subarray(0, 8).equals(MAGIC)) return undefined;
  const isOfIt = bytes.readUInt32LE(8) === VERSION && bytes.readUInt32LE(12) === segment.number &&
    bytes.readDoubleLE(16) === segment.end && bytes.readUInt32LE(24) === segment.seed;
  if (!isOfIt || bytes.readUInt32LE(48) !== bytes.length || bytes.readUInt32LE(52) !== crcOf(bytes)) return undefined;
  return { offset: bytes.readUInt32LE(28), header: bytes.subarray(32, 48) };
}

/** Calls `onRecord` with each record of a summary that passed the check; the place is valid only during the call. */
export function readSummary(bytes: Buffer, segment: number, onRecord: (place: RecordPlace) => void): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const place: RecordPlace = { bytes, view, at: 0, frameBytes: 0, position: 0 };
  for (let at = HEADER_BYTES; at < bytes.length;) {
    place.position = positionOf(segment, view.getUint32(at, true));
    place.frameBytes = view.getUint32(at + 4, true);
    place.at = at + PREFIX_BYTES;
    at = place.at + fixedBytesOf(bytes[place.at]!, place.frameBytes - FRAME_HEADER_BYTES);
    onRecord(place);
  }
}
