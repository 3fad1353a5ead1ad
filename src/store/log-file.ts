/**
 * One file of a line log: its name, how its lines are read and how bytes get into it. Under `line-log.ts`.
 * Promise: no line is cut or joined, however the file ends.
 */
import { Buffer } from "node:buffer";
import { type FileHandle, open, readdir, rename, unlink } from "node:fs/promises";

/** The calls of node:fs/promises that the log makes, so that a test can break them. */
export interface LogDisk {
  open: typeof open;
  readdir(folder: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
}

export const NODE_DISK: LogDisk = { open, readdir, rename, unlink };

/** One file of the log. Its number is its age, and stays when the file is renamed. */
export interface LogFile {
  readonly number: number;
  name: string;
  /** Bytes that are known to be on the disk; nothing is read beyond. */
  size: number;
  /** Of a file that this process wrote to: kept, so that a rename does not disturb those who read. */
  handle?: FileHandle;
}

/** Where a line is, in bytes; a line feed follows it. */
export interface LinePlace {
  file: LogFile;
  start: number;
  length: number;
}

export type OnLine = (line: string, place: LinePlace) => void;

/** The file that grows. */
export const ACTIVE = "dlq.jsonl";

const ROTATED = /^dlq-(\d{8,15})(?:\.good-(\d{1,15}))?\.jsonl$/;
const LINE_FEED = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/** The name of a file that grows no more; `good`: how many of its bytes count, where that is not all of them. */
export function rotatedName(number: number, good?: number): string {
  return `dlq-${String(number).padStart(8, "0")}${good === undefined ? "" : `.good-${good}`}.jsonl`;
}

/** The rotated files among these names, oldest first. */
export function rotatedFiles(names: readonly string[]): LogFile[] {
  return names.map((name) => ROTATED.exec(name)).filter((match) => match !== null)
    .map(([name, number, good]) => ({ number: Number(number), name, size: Number(good ?? Infinity) }))
    .sort((a, b) => a.number - b.number);
}

/**
 * Tells of each line in the file's first `file.size` bytes and sets `file.size` to what there was. With
 * `rewrite`, every byte is written again in its place. Resolves to whether the last line was ended by a line
 * feed; one that was not is told of as well.
 */
export async function readLines(
  handle: FileHandle,
  file: LogFile,
  { onLine, rewrite = false }: { onLine: OnLine; rewrite?: boolean },
): Promise<boolean> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let pieces: Buffer[] = [];
  let start = 0;
  let position = 0;
  const endLine = (bytes: Buffer) => {
    const line = Buffer.concat([...pieces, bytes]);
    if (line.length > 0) onLine(line.toString("utf8"), { file, start, length: line.length });
    start += line.length + 1;
    pieces = [];
  };
  while (position < file.size) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK_BYTES, file.size - position), position);
    if (bytesRead === 0) break;
    const bytes = chunk.subarray(0, bytesRead);
    if (rewrite) await writeWhole(handle, bytes, position);
    position += bytesRead;
    let from = 0;
    for (let end; (end = bytes.indexOf(LINE_FEED, from)) >= 0; from = end + 1) endLine(bytes.subarray(from, end));
    pieces.push(Buffer.from(bytes.subarray(from)));
  }
  file.size = position;
  const ended = start === position;
  if (!ended) endLine(Buffer.alloc(0));
  return ended;
}

/**
 * Writes all of `bytes`, at the end or at `position`. A full disk shows first as a short write without an
 * error; the write of the rest then fails with one.
 */
export async function writeWhole(handle: FileHandle, bytes: Buffer, position?: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const at = position === undefined ? null : position + done;
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at);
    if (bytesWritten === 0) throw new Error("the disk took no byte");
    done += bytesWritten;
  }
}

/** Makes what was created and renamed in a folder survive a power cut. */
export async function syncFolder(folder: string, disk: LogDisk): Promise<void> {
  const handle = await disk.open(folder, "r");
  await handle.sync().finally(() => handle.close());
}
