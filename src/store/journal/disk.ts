/**
 * The journal's view of a file system: few verbs, so that a test can put a seeded fault disk in its place
 * (torn and short writes, EIO, ENOSPC, power cuts). Rejections carry the system's `code`.
 */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { promisify } from "node:util";
import { dirname, join, resolve } from "node:path";

export interface DiskFile {
  /**
   * Writes all of the bytes at `position` and syncs: data and size are on the medium when it resolves. After a
   * rejection any part of them may be there, and the file is never written to again.
   */
  writeDurably(buffers: readonly Uint8Array[], position: number): Promise<void>;
  /** Fills `buffer` from `position` on; resolves to the bytes read, fewer only at the end of the file. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  size(): Promise<number>;
  close(): Promise<void>;
}

export interface Disk {
  /** Makes a folder (mode 0700) and those above it, durably; fine if it is there. */
  makeFolder(path: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  /** Opens an existing file for reading. */
  open(path: string): Promise<DiskFile>;
  /** Makes a new file (mode 0600) for reading and writing; rejects if it is there. */
  create(path: string): Promise<DiskFile>;
  remove(path: string): Promise<void>;
  /** A second name for the same bytes. */
  link(path: string, newPath: string): Promise<void>;
  /** New, removed and renamed entries of the folder are on the medium when it resolves. */
  syncFolder(path: string): Promise<void>;
}

// By hand, because `promisify` gives other results for these two on Deno than on Node.
function write(fd: number, buffers: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) =>
    fs.writev(fd, buffers, position, (error, bytesWritten) => error === null ? resolve(bytesWritten) : reject(error))
  );
}

function read(fd: number, buffer: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) =>
    fs.read(fd, buffer, 0, buffer.length, position, (error, bytes) => error === null ? resolve(bytes) : reject(error))
  );
}

const fdatasync = promisify(fs.fdatasync);
const fsync = promisify(fs.fsync);
const close = promisify(fs.close);
const open = promisify(fs.open);

class RealFile implements DiskFile {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * A few records are written in the calling turn: they only go as far as the page cache, which takes 11 us for 64 of
   * 1.5 KB, where a trip through the thread pool takes 50 us of the main thread and a turn of its loop. What waits for
   * the medium is the sync.
   */
  async writeDurably(buffers: readonly Uint8Array[], position: number): Promise<void> {
    const bytes = gather(buffers);
    if (bytes === undefined) await this.#write(buffers, position);
    else this.#writeNow(bytes, position);
    await fdatasync(this.#fd);
  }

  /** Like `#write`: a full disk shows as a short write without an error; only the write after it says ENOSPC. */
  #writeNow(bytes: Buffer, position: number): void {
    for (let done = 0; done < bytes.length;) {
      done += fs.writeSync(this.#fd, bytes, done, bytes.length - done, position + done);
    }
  }

  async #write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    let rest = buffers;
    let at = position;
    while (rest.length > 0) {
      const bytesWritten = await write(this.#fd, rest, at);
      at += bytesWritten;
      rest = dropBytes(rest, bytesWritten);
    }
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < buffer.length) {
      const bytesRead = await read(this.#fd, buffer.subarray(done), position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async size(): Promise<number> {
    return (await promisify(fs.fstat)(this.#fd)).size;
  }

  close(): Promise<void> {
    return close(this.#fd);
  }
}

/** Written in the calling turn up to here: more could take long enough for others to notice. */
const WRITE_NOW_BYTES_MAX = 256 * 1024;
const gathered = Buffer.allocUnsafeSlow(WRITE_NOW_BYTES_MAX);

/** The bytes in one piece, valid until the next call; undefined if they are too many. */
function gather(buffers: readonly Uint8Array[]): Buffer | undefined {
  let length = 0;
  for (const each of buffers) length += each.length;
  if (length > WRITE_NOW_BYTES_MAX) return undefined;
  let at = 0;
  for (const each of buffers) {
    gathered.set(each, at);
    at += each.length;
  }
  return gathered.subarray(0, length);
}

/** What is left of `buffers` after the first `count` bytes. */
function dropBytes(buffers: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let index = 0;
  let left = count;
  while (index < buffers.length && left >= buffers[index]!.length) left -= buffers[index++]!.length;
  if (left === 0) return buffers.slice(index);
  return [buffers[index]!.subarray(left), ...buffers.slice(index + 1)];
}

/** The machine's own file system. */
export const realDisk: Disk = {
  async makeFolder(path) {
    const folder = resolve(path);
    const made: string[] = [];
    for (let each = folder; !fs.existsSync(each); each = dirname(each)) made.push(each);
    await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 });
    // From the top down: a folder is lost with the one above it.
    for (const each of made.reverse()) await realDisk.syncFolder(dirname(each));
  },
  list: (folder) => fs.promises.readdir(folder),
  open: async (path) => new RealFile(await open(path, "r")),
  create: async (path) => new RealFile(await open(path, "wx+", 0o600)),
  remove: (path) => fs.promises.unlink(path),
  link: (path, newPath) => fs.promises.link(path, newPath),
  async syncFolder(path) {
    const fd = await open(path, "r");
    try {
      await fsync(fd);
    } finally {
      await close(fd);
    }
  },
};

/** Reads a range, shorter only at the end of the file. */
export async function readRange(file: DiskFile, range: { offset: number; length: number }): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(range.length);
  const count = await file.read(buffer, range.offset);
  return buffer.subarray(0, count);
}

export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(8, "0")}.seg`);
}
