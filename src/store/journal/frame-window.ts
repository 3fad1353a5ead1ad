/**
 * A part of a segment in memory, as wide as the frame that is asked for needs. While one window is looked through,
 * the one behind it is read; two buffers take turns, since fresh memory for each cost as much as the reading.
 */
import { Buffer } from "node:buffer";
import type { DiskFile } from "./disk.ts";
import { FRAME_HEADER_BYTES, FRAME_MAGIC_BYTES, frameLength, isIntactAt } from "./frame.ts";

/** Small enough to be in the processor's cache still when it is looked through. */
const WINDOW_BYTES = 1024 * 1024;

/** What is being read already. */
interface Ahead {
  base: number;
  buffer: Buffer;
  count: Promise<number>;
}

export class FrameWindow {
  readonly #file: DiskFile;
  readonly #to: number;
  /** Each has room in front for what the other one ends with. */
  readonly #buffers: [Buffer, Buffer];
  #ahead: Ahead | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #base = 0;

  constructor(file: DiskFile, range: { from: number; to: number }) {
    this.#file = file;
    this.#to = range.to;
    const length = Math.min(WINDOW_BYTES, Math.max(range.to - range.from, 0));
    this.#buffers = [Buffer.allocUnsafeSlow(2 * length), Buffer.allocUnsafeSlow(2 * length)];
  }

  /** What is in memory. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get view(): DataView {
    return this.#view;
  }

  /** Where in the segment `bytes` begin. */
  get base(): number {
    return this.#base;
  }

  /** Length of the intact frame at `offset`, if all of it is in memory; else 0. */
  intactAt(offset: number, segment: number): number {
    const at = offset - this.#base;
    if (at < 0 || at >= this.#bytes.length) return 0;
    const length = frameLength(this.#bytes, at);
    return length > 0 && isIntactAt(this.#bytes, { at, length, segment }) ? length : 0;
  }

  /** Whether nothing more of the file could make a frame of what begins at `offset`. */
  isLoaded(offset: number): boolean {
    const left = this.#base + this.#bytes.length - offset;
    if (offset < this.#base || left < FRAME_HEADER_BYTES) return false;
    const length = frameLength(this.#bytes, offset - this.#base);
    return length <= left || offset + length > this.#to;
  }

  /** Brings the bytes from `offset` on into memory: a window, or the whole frame that begins there. */
  async load(offset: number): Promise<void> {
    await this.#move(offset);
    const length = frameLength(this.#bytes, 0);
    if (length > this.#bytes.length && offset + length <= this.#to) await this.#fill(offset, length);
  }

  /** Offset of the next bytes that look like the start of a frame. What is in memory is not read again. */
  async find(from: number): Promise<number | undefined> {
    for (let offset = from; offset < this.#to;) {
      if (!this.#holds(offset)) await this.#move(offset);
      const at = this.#bytes.indexOf(FRAME_MAGIC_BYTES, offset - this.#base);
      if (at >= 0) return this.#base + at;
      const end = this.#base + this.#bytes.length;
      if (end >= this.#to || this.#bytes.length === 0) return undefined;
      // The first bytes of a frame may be the last in memory.
      offset = Math.max(offset + 1, end - FRAME_MAGIC_BYTES.length + 1);
      await this.#move(offset);
    }
    return undefined;
  }

  /** Nothing is read any more when it resolves: the file may be closed. */
  async end(): Promise<void> {
    await this.#ahead?.count.catch(() => {});
    this.#ahead = undefined;
  }

  #holds(offset: number): boolean {
    return offset >= this.#base && offset < this.#base + this.#bytes.length;
  }

  async #move(offset: number): Promise<void> {
    if (!(await this.#advance(offset))) await this.#fill(offset, WINDOW_BYTES);
  }

  /** To what was read ahead, with the last bytes of this window in front of it. False if `offset` is not in these. */
  async #advance(offset: number): Promise<boolean> {
    const ahead = this.#ahead;
    if (ahead === undefined || offset < this.#base || offset > ahead.base) return false;
    const room = ahead.buffer.length / 2;
    const rest = ahead.base - offset;
    if (rest > room) return false;
    this.#ahead = undefined;
    const count = await ahead.count;
    this.#bytes.copy(ahead.buffer, room - rest, this.#bytes.length - rest);
    this.#show(ahead.buffer.subarray(room - rest, room + count), offset);
    if (count > 0) this.#readAhead(ahead.buffer);
    return true;
  }

  async #fill(offset: number, length: number): Promise<void> {
    await this.end();
    const wanted = Math.min(length, this.#to - offset);
    const [first] = this.#buffers;
    const room = first.length / 2;
    const isUsual = wanted <= room;
    const buffer = isUsual ? first.subarray(room, room + wanted) : Buffer.allocUnsafe(wanted);
    const count = await this.#file.read(buffer, offset);
    this.#show(buffer.subarray(0, count), offset);
    if (isUsual && count === wanted) this.#readAhead(first);
  }

  #show(bytes: Buffer, base: number): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#base = base;
  }

  /** Reads what comes next into the other buffer than `used`. */
  #readAhead(used: Buffer): void {
    const base = this.#base + this.#bytes.length;
    const [first, second] = this.#buffers;
    const buffer = used === first ? second : first;
    const room = buffer.length / 2;
    const length = Math.min(room, this.#to - base);
    if (length <= 0) return;
    const count = this.#file.read(buffer.subarray(room, room + length), base);
    // Told to whoever asks for it.
    count.catch(() => {});
    this.#ahead = { base, buffer, count };
  }
}
