/**
 * Reads the frames of a segment in order and tells holes from ends. A hole is a range in which no frame is
 * intact; reading goes on at the next intact frame behind it.
 */
import { Buffer } from "node:buffer";
import type { DiskFile } from "./disk.ts";
import { FRAME_HEADER_BYTES, FRAME_MAGIC_BYTES, frameCommit, frameLength, isFrameIntact } from "./frame.ts";

const WINDOW_BYTES = 4 * 1024 * 1024;

export interface Hole {
  from: number;
  to: number;
}

export interface Scan {
  holes: Hole[];
  /** Where the last intact frame ends. */
  end: number;
  /** Offset at which the commit of the last intact frame begins. */
  lastCommit: number;
}

export interface ScanRange {
  segment: number;
  from: number;
  to: number;
}

/** Calls `onFrame` with each intact frame; the bytes are valid only during the call. */
export async function scanFrames(
  file: DiskFile,
  range: ScanRange,
  onFrame: (frame: Buffer, offset: number) => void,
): Promise<Scan> {
  const window = new Window(file, range.to);
  const scan: Scan = { holes: [], end: range.from, lastCommit: range.from };
  let offset = range.from;
  while (offset < range.to) {
    const frame = window.frame(offset, range.segment) ??
      (await window.load(offset), window.frame(offset, range.segment));
    if (frame === undefined) {
      const next = await findFrame(window, { segment: range.segment, from: offset + 1, to: range.to });
      scan.holes.push({ from: offset, to: next ?? range.to });
      offset = next ?? range.to;
      continue;
    }
    scan.lastCommit = frameCommit(frame);
    onFrame(frame, offset);
    offset += frame.length;
    scan.end = offset;
  }
  return scan;
}

/** Offset of the next intact frame. */
async function findFrame(window: Window, range: ScanRange): Promise<number | undefined> {
  let from = range.from;
  while (from < range.to) {
    const at = await window.find(from);
    if (at === undefined) return undefined;
    if (!window.isLoaded(at)) await window.load(at);
    if (window.frame(at, range.segment) !== undefined) return at;
    from = at + 1;
  }
  return undefined;
}

/** A part of the file in memory; wide enough for the frame that is asked for. */
class Window {
  readonly #file: DiskFile;
  readonly #to: number;
  #bytes = Buffer.alloc(0);
  #base = 0;

  constructor(file: DiskFile, to: number) {
    this.#file = file;
    this.#to = to;
  }

  /** The intact frame at `offset`, if all of it is in memory. */
  frame(offset: number, segment: number): Buffer | undefined {
    const at = offset - this.#base;
    if (at < 0 || at >= this.#bytes.length) return undefined;
    const length = frameLength(this.#bytes, at);
    if (length === 0 || at + length > this.#bytes.length) return undefined;
    const frame = this.#bytes.subarray(at, at + length);
    return isFrameIntact(frame, segment) ? frame : undefined;
  }

  /** Whether nothing more of the file could make a frame of what begins at `offset`. */
  isLoaded(offset: number): boolean {
    const left = this.#base + this.#bytes.length - offset;
    if (left < FRAME_HEADER_BYTES) return false;
    const length = frameLength(this.#bytes, offset - this.#base);
    return length <= left || offset + length > this.#to;
  }

  /** Brings the bytes from `offset` on into memory: a window, or the whole frame that begins there. */
  async load(offset: number): Promise<void> {
    await this.#fill(offset, WINDOW_BYTES);
    const length = frameLength(this.#bytes, 0);
    if (length > this.#bytes.length && offset + length <= this.#to) await this.#fill(offset, length);
  }

  /** Offset of the next bytes that look like the start of a frame. What is in memory is not read again. */
  async find(from: number): Promise<number | undefined> {
    for (let offset = from; offset < this.#to;) {
      if (!this.#holds(offset)) await this.#fill(offset, WINDOW_BYTES);
      const at = this.#bytes.indexOf(FRAME_MAGIC_BYTES, offset - this.#base);
      if (at >= 0) return this.#base + at;
      const end = this.#base + this.#bytes.length;
      if (end >= this.#to || this.#bytes.length === 0) return undefined;
      // The first bytes of a frame may be the last in memory.
      offset = Math.max(offset + 1, end - FRAME_MAGIC_BYTES.length + 1);
      await this.#fill(offset, WINDOW_BYTES);
    }
    return undefined;
  }

  #holds(offset: number): boolean {
    return offset >= this.#base && offset < this.#base + this.#bytes.length;
  }

  async #fill(offset: number, length: number): Promise<void> {
    const wanted = Math.min(length, this.#to - offset);
    const buffer = Buffer.allocUnsafe(wanted);
    const count = await this.#file.read(buffer, offset);
    this.#bytes = buffer.subarray(0, count);
    this.#base = offset;
  }
}
