/**
 * The segment files of a journal, oldest first: what is known of each, and reading from them. Files are opened
 * when they are read and a few stay open; nothing here writes.
 */
import type { Buffer } from "node:buffer";
import { LRUCache } from "lru-cache";
import type { UnixMs } from "../../model.ts";
import { type Disk, type DiskFile, readRange, segmentPath } from "./disk.ts";
import { FRAME_HEADER_BYTES, frameLength, isFrameIntact } from "./frame.ts";
import { offsetOf, type Position, segmentOf } from "./position.ts";

/** What the store knows of one segment. */
export interface Segment {
  number: number;
  /** Where the good part ends; what may lie behind it is never read. */
  end: number;
  /** The latest receipt or settlement of anything in it; it may go when that is old enough. */
  newestAt: UnixMs;
}

/** Segments that stay open for reading. */
const OPEN_MAX = 64;
/** First guess at the length of a record: most fit, larger ones take a second read. */
const GUESS_BYTES = 4096;

export class Segments {
  readonly #disk: Disk;
  readonly folder: string;
  readonly list: Segment[] = [];
  readonly #byNumber = new Map<number, Segment>();
  readonly #open: LRUCache<number, Promise<DiskFile>>;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.folder = folder;
    this.#open = new LRUCache<number, Promise<DiskFile>>({
      max: OPEN_MAX,
      dispose: (file) => void file.then((opened) => opened.close()).catch(() => {}),
    });
  }

  add(segment: Segment): void {
    this.list.push(segment);
    this.#byNumber.set(segment.number, segment);
  }

  get(number: number): Segment | undefined {
    return this.#byNumber.get(number);
  }

  get newest(): Segment | undefined {
    return this.list.at(-1);
  }

  /** The record at a position; undefined if there is none, or it is damaged. Rejects when the disk does. */
  async readFrame(position: Position, length = GUESS_BYTES): Promise<Buffer | undefined> {
    const segment = this.#byNumber.get(segmentOf(position));
    const offset = offsetOf(position);
    if (segment === undefined || offset + FRAME_HEADER_BYTES > segment.end) return undefined;
    const file = await this.#file(segment.number);
    const first = await readRange(file, { offset, length: Math.min(length, segment.end - offset) });
    const frameBytes = frameLength(first, 0);
    if (frameBytes === 0 || offset + frameBytes > segment.end) return undefined;
    const frame = frameBytes <= first.length
      ? first.subarray(0, frameBytes)
      : await readRange(file, { offset, length: frameBytes });
    return isFrameIntact(frame, segment.number) ? frame : undefined;
  }

  /** Bytes of a segment, from `start` to `end` or to its good end. */
  async readBlock(start: Position, end: Position | undefined): Promise<Buffer> {
    const segment = this.#byNumber.get(segmentOf(start))!;
    const offset = offsetOf(start);
    const until = end === undefined ? segment.end : offsetOf(end);
    return readRange(await this.#file(segment.number), { offset, length: until - offset });
  }

  /**
   * Removes the oldest segment. Its removal is on the medium before the next may go: if an older segment came
   * back after a power cut while a newer one stayed away, outcomes would be missing and events would run again.
   */
  async removeOldest(): Promise<void> {
    const segment = this.list[0]!;
    this.#open.delete(segment.number);
    await this.#disk.remove(segmentPath(this.folder, segment.number));
    await this.#disk.syncFolder(this.folder);
    this.list.shift();
    this.#byNumber.delete(segment.number);
  }

  /** Forgets the newest segment, which never held an acknowledged record. */
  forgetNewest(): Segment {
    const segment = this.list.pop()!;
    this.#byNumber.delete(segment.number);
    this.#open.delete(segment.number);
    return segment;
  }

  close(): void {
    this.#open.clear();
  }

  async #file(number: number): Promise<DiskFile> {
    let file = this.#open.get(number);
    if (file === undefined) {
      file = this.#disk.open(segmentPath(this.folder, number));
      this.#open.set(number, file);
      file.catch(() => this.#open.delete(number));
    }
    return await file;
  }
}
