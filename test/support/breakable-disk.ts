/** The disk of a line log, with a hook before each call: it records what is asked of the disk, and breaks it. */
import type { Buffer } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { type LogDisk, NODE_DISK } from "../../src/store/log-file.ts";

/** `"write dlq.jsonl"`, `"datasync dlq.jsonl"`, `"sync data"`, `"rename dlq-00000001.jsonl"` and so on. */
export type DiskCall = string;

export interface BreakableDisk extends LogDisk {
  readonly calls: DiskCall[];
  /** Called before each call; throws what the disk shall answer. A `number` is a short write of so many bytes. */
  before: (call: DiskCall) => void | number | Promise<void>;
}

export function breakableDisk(): BreakableDisk {
  const asked = async (call: DiskCall) => {
    disk.calls.push(call);
    return await disk.before(call);
  };
  const disk: BreakableDisk = {
    calls: [],
    before: () => {},
    async open(path, flags, mode) {
      await asked(`open ${basename(String(path))}`);
      return watched(await NODE_DISK.open(path, flags, mode), basename(String(path)), asked);
    },
    readdir: (folder) => NODE_DISK.readdir(folder),
    async rename(from, to) {
      await asked(`rename ${basename(to)}`);
      await NODE_DISK.rename(from, to);
    },
    async unlink(path) {
      await asked(`unlink ${basename(path)}`);
      await NODE_DISK.unlink(path);
    },
  };
  return disk;
}

/** A system error as node:fs throws it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: made by the test`), { code });
}

function watched(handle: FileHandle, name: string, asked: (call: DiskCall) => Promise<void | number>): FileHandle {
  const own = {
    async write(bytes: Buffer, offset: number, length: number, position: number | null) {
      const at = position === null ? "" : ` at ${position}`;
      const short = await asked(`write ${name}${at}`);
      return handle.write(bytes, offset, typeof short === "number" ? short : length, position);
    },
    async datasync() {
      await asked(`datasync ${name}`);
      await handle.datasync();
    },
    async sync() {
      await asked(`sync ${name}`);
      await handle.sync();
    },
    read: (bytes: Buffer, offset: number, length: number, position: number) =>
      handle.read(bytes, offset, length, position),
    chmod: (mode: number) => handle.chmod(mode),
    close: () => handle.close(),
  };
  return own as unknown as FileHandle;
}
