/**
 * The segment files of a journal, oldest first: what is known of each, and reading from them. Files are opened
 * when they are read and a few stay open; nothing here writes.
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { systemCode } from "../../errors.ts";
import type { UnixMs } from "../../model.ts";
import { type Disk, type DiskFile, readRange, segmentPath } from "./disk.ts";
import { FRAME_HEADER_BYTES, frameLength, isFrameIntact } from "./frame.ts";
import { offsetOf, type Position, segmentOf } from "./position.ts";
import { removeSummary } from "./summary-file.ts";

/** What the store knows of one segment. */
export interface Segment {
  number: number;
  /** Where the good part ends; what may lie behind it is never read. */
  end: number;
  /** The latest receipt or settlement of anything in it; it may go when that is old enough. */
  newestAt: UnixMs;
}

/** A file that is read. One that fell out of the cache is closed when its last reader is done, not under it. */
interface OpenFile {
  file: Promise<DiskFile>;
  readers: number;
  dropped: boolean;
}

/** Segments that stay open for reading. */
const OPEN_MAX = 64;
/** First guess at the length of a record: most fit, larger ones take a second read. */
const GUESS_BYTES = 4096;

export class Segments {
  readonly #disk: Disk;
  readonly folder: string;
  readonly list: Segment[] = [];
  /** Called with a segment that will grow no more. */
  onSealed: (segment: Segment) => void = () => {};
  readonly #byNumber = new Map<number, Segment>();
  readonly #open: LRUCache<number, OpenFile>;

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.folder = folder;
    this.#open = new LRUCache<number, OpenFile>({
      max: OPEN_MAX,
      dispose: (open) => {
        open.dropped = true;
        closeUnread(open);
      },
    });
  }

  add(segment: Segment): void {
    const { newest } = this;
    this.list.push(segment);
    this.#byNumber.set(segment.number, segment);
    if (newest !== undefined) this.onSealed(newest);
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
    return await this.#reading(segment.number, async (file) => {
      const first = await readRange(file, { offset, length: Math.min(length, segment.end - offset) });
      const frameBytes = frameLength(first, 0);
      if (frameBytes === 0 || offset + frameBytes > segment.end) return undefined;
      const frame = frameBytes <= first.length
        ? first.subarray(0, frameBytes)
        : await readRange(file, { offset, length: frameBytes });
      return isFrameIntact(frame, segment.number) ? frame : undefined;
    });
  }

  /** Bytes of a segment, from `start` to `end` or to its good end; none when it is gone. */
  async readBlock(start: Position, end: Position | undefined): Promise<Buffer> {
    const segment = this.#byNumber.get(segmentOf(start));
    if (segment === undefined) return Buffer.alloc(0);
    const offset = offsetOf(start);
    const until = end === undefined ? segment.end : offsetOf(end);
    return await this.#reading(segment.number, (file) => readRange(file, { offset, length: until - offset }));
  }

  /** Gives a segment a second name under `damaged/`, so that compaction cannot take the evidence. */
  async keepAside(number: number): Promise<void> {
    const aside = join(this.folder, "damaged");
    await this.#disk.makeFolder(aside);
    try {
      await this.#disk.link(segmentPath(this.folder, number), segmentPath(aside, number));
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }

  /**
   * Removes the oldest segment. Its removal is on the medium before the next may go: if an older segment came
   * back after a power cut while a newer one stayed away, outcomes would be missing and events would run again.
   */
  async removeOldest(): Promise<void> {
    const segment = this.list[0]!;
    // First of all nobody finds it any more: a read of a file that is gone would pass for a failure of the disk.
    this.#byNumber.delete(segment.number);
    this.#open.delete(segment.number);
    await removeSummary({ disk: this.#disk, folder: this.folder }, segment.number);
    try {
      await this.#disk.remove(segmentPath(this.folder, segment.number));
    } catch (error) {
      // Gone since a try whose sync failed.
      if (systemCode(error) !== "ENOENT") throw error;
    }
    await this.#disk.syncFolder(this.folder);
    this.list.shift();
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

  async #reading<T>(number: number, read: (file: DiskFile) => Promise<T>): Promise<T> {
    const open = this.#open.get(number) ?? this.#openFile(number);
    open.readers += 1;
    try {
      return await read(await open.file);
    } finally {
      open.readers -= 1;
      if (open.dropped) closeUnread(open);
    }
  }

  #openFile(number: number): OpenFile {
    const open = { file: this.#disk.open(segmentPath(this.folder, number)), readers: 0, dropped: false };
    this.#open.set(number, open);
    open.file.catch(() => this.#open.peek(number) === open && this.#open.delete(number));
    return open;
  }
}

/** Closing under a reader would give its descriptor to the next file that is opened, and it would read that. */
function closeUnread({ file, readers }: OpenFile): void {
  if (readers === 0) void file.then((opened) => opened.close()).catch(() => {});
}
