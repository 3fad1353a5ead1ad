/**
 * How bytes lie in a segment: a header once, then frames. A frame stands alone (its own magic and CRC), so
 * that damage in one costs that one, and reading can go on behind it.
 *
 *   header  twice: magic 8 | version u32 | segment u32 | previousEnd f64 | hash seed u32 | carried u32 | previous u32 | crc u32
 *   frame   magic u32 | crc u32 | length u32 | commit u32 | bytes (the first says what kind)
 *
 * `commit` is the offset at which the frame's commit begins: after a power cut it tells a hole in the last,
 * never acknowledged commit from damage elsewhere. The CRC covers length, commit and bytes and starts from
 * the segment's number, so that a frame that strayed in from another segment is not believed.
 */
import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { type Position, positionOf } from "./position.ts";

export const FRAME_HEADER_BYTES = 16;
/** Where in a frame its commit stands. */
export const COMMIT_AT = 12;
const HEADER_COPY_BYTES = 40;
/** Twice, because one bad bit in it would cost the seed of all hashes and bring back what it cut off. */
export const SEGMENT_HEADER_BYTES = 2 * HEADER_COPY_BYTES;
/** Longest frame that is believed, in bytes; larger lengths are damage. Twice the largest body cap, to have room. */
export const FRAME_BYTES_MAX = 512 * 1024 * 1024;
export const FORMAT_VERSION = 1;

/** "HKDJ" in little-endian order, in no way like JSON or text in UTF-8 that follows it by chance. */
const FRAME_MAGIC = 0x9d4a4b48;
export const FRAME_MAGIC_BYTES = Buffer.from([0x48, 0x4b, 0x4a, 0x9d]);
const SEGMENT_MAGIC = Buffer.from("hookdjnl", "latin1");

export interface SegmentHeader {
  segment: number;
  /** Number of the segment before this one; 0 for the first. Numbers in between were superseded. */
  previous: number;
  /** Where the good part of that segment ends. What lies behind it is never read. */
  previousEnd: number;
  /** Seed of the hashes in the records. */
  seed: number;
  /** Bytes of frames, right behind the header, that were written together with it. */
  carried: number;
}

export type HeaderReading =
  /** `intact` is false when one of its copies is damaged. */
  | { kind: "ok"; header: SegmentHeader; intact: boolean }
  /** Too short or its CRCs are wrong: a file that was never finished, or damage. */
  | { kind: "broken" }
  /** Not a segment of hookd. */
  | { kind: "foreign" }
  | { kind: "newer"; version: number };

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(HEADER_COPY_BYTES);
  SEGMENT_MAGIC.copy(bytes);
  bytes.writeUInt32LE(FORMAT_VERSION, 8);
  bytes.writeUInt32LE(header.segment, 12);
  bytes.writeDoubleLE(header.previousEnd, 16);
  bytes.writeUInt32LE(header.seed, 24);
  bytes.writeUInt32LE(header.carried, 28);
  bytes.writeUInt32LE(header.previous, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 36)), 36);
  return Buffer.concat([bytes, bytes]);
}

export function decodeSegmentHeader(bytes: Buffer): HeaderReading {
  const first = decodeCopy(bytes.subarray(0, HEADER_COPY_BYTES));
  const second = decodeCopy(bytes.subarray(HEADER_COPY_BYTES, SEGMENT_HEADER_BYTES));
  const good = first.kind === "ok" ? first : second;
  if (good.kind === "ok") return { ...good, intact: first.kind === second.kind };
  // Only the first copy tells of another format or program: behind it, theirs may hold anything.
  return first;
}

function decodeCopy(bytes: Buffer): HeaderReading {
  if (bytes.length < HEADER_COPY_BYTES || isTornMagic(bytes.subarray(0, 8))) return { kind: "broken" };
  if (!bytes.subarray(0, 8).equals(SEGMENT_MAGIC)) return { kind: "foreign" };
  const version = bytes.readUInt32LE(8);
  if (version > FORMAT_VERSION) return { kind: "newer", version };
  if (crc32(bytes.subarray(0, 36)) !== bytes.readUInt32LE(36)) return { kind: "broken" };
  const header = {
    segment: bytes.readUInt32LE(12),
    previousEnd: bytes.readDoubleLE(16),
    seed: bytes.readUInt32LE(24),
    carried: bytes.readUInt32LE(28),
    previous: bytes.readUInt32LE(32),
  };
  return { kind: "ok", header, intact: true };
}

/** The magic up to some byte, zeros from there on: the power went while it was written. */
function isTornMagic(magic: Buffer): boolean {
  const end = magic.findLastIndex((byte) => byte !== 0) + 1;
  return end < magic.length && magic.subarray(0, end).equals(SEGMENT_MAGIC.subarray(0, end));
}

/** Fills in the first 16 bytes of a frame, which are left free by whoever wrote the bytes behind them. */
export function sealFrame(frame: Buffer, at: { segment: number; commit: number }): void {
  assert.ok(frame.length <= FRAME_BYTES_MAX, "what is acknowledged can be read back");
  frame.writeUInt32LE(FRAME_MAGIC, 0);
  frame.writeUInt32LE(frame.length - FRAME_HEADER_BYTES, 8);
  frame.writeUInt32LE(at.commit, COMMIT_AT);
  frame.writeUInt32LE(crc32(frame.subarray(8), at.segment), 4);
}

/** Seals frames for the place they will have; returns their positions and their length together. */
export function placeFrames(
  frames: readonly Buffer[],
  at: { segment: number; commit: number },
): { positions: Position[]; bytes: number } {
  let offset = at.commit;
  const positions = frames.map((frame) => {
    sealFrame(frame, at);
    const position = positionOf(at.segment, offset);
    offset += frame.length;
    return position;
  });
  return { positions, bytes: offset - at.commit };
}

/** Length of the whole frame that begins at `offset`, or 0 if no frame can begin there. */
export function frameLength(bytes: Buffer, offset: number): number {
  if (offset + FRAME_HEADER_BYTES > bytes.length || bytes.readUInt32LE(offset) !== FRAME_MAGIC) return 0;
  const length = bytes.readUInt32LE(offset + 8);
  return length === 0 || length + FRAME_HEADER_BYTES > FRAME_BYTES_MAX ? 0 : length + FRAME_HEADER_BYTES;
}

/** Whether a whole frame, cut out exactly, is what was written. */
export function isFrameIntact(frame: Buffer, segment: number): boolean {
  return frame.length > FRAME_HEADER_BYTES && frameLength(frame, 0) === frame.length &&
    isIntactAt(frame, { at: 0, length: frame.length, segment });
}

/** The same of a frame that lies somewhere in `bytes` and says that it has this length. */
export function isIntactAt(bytes: Buffer, frame: { at: number; length: number; segment: number }): boolean {
  const { at, length, segment } = frame;
  if (at + length > bytes.length) return false;
  // A bare view is made in half the time of a `subarray` of a Buffer, and there is one for each record of a start.
  const covered = new Uint8Array(bytes.buffer, bytes.byteOffset + at + 8, length - 8);
  return crc32(covered, segment) === bytes.readUInt32LE(at + 4);
}

export function frameCommit(frame: Buffer): number {
  return frame.readUInt32LE(COMMIT_AT);
}
