/** The fault disk as the dead-letter file sees one: the calls of node:fs over the same pages and names. */
import type { Buffer } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import type { LogDisk } from "../../src/store/log-file.ts";
import type { FaultFile, FaultSession } from "./fault-disk.ts";

export function faultLogDisk(session: FaultSession): LogDisk {
  const open = async (path: string, flags = "r") => {
    if (!path.endsWith(".jsonl")) return folderHandle(() => session.syncFolder(path));
    if (flags === "ax+") return fileHandle(await session.create(path));
    if (flags === "a+" && !(await exists(session, path))) return fileHandle(await session.create(path));
    return fileHandle(await session.open(path));
  };
  return {
    open: open as LogDisk["open"],
    readdir: (folder) => session.list(folder),
    rename: (from, to) => session.rename(from, to),
    unlink: (path) => session.remove(path),
  };
}

async function exists(session: FaultSession, path: string): Promise<boolean> {
  return await session.open(path).then(() => true, () => false);
}

function folderHandle(sync: () => Promise<void>): FileHandle {
  return { sync, close: () => Promise.resolve() } as unknown as FileHandle;
}

function fileHandle(file: FaultFile): FileHandle {
  const own = {
    async write(bytes: Buffer, offset: number, length: number, position: number | null) {
      await file.write([bytes.subarray(offset, offset + length)], position ?? await file.size());
      return { bytesWritten: length };
    },
    datasync: () => file.sync(),
    read: async (bytes: Buffer, offset: number, length: number, position: number) => ({
      bytesRead: await file.read(bytes.subarray(offset, offset + length), position),
    }),
    chmod: () => Promise.resolve(),
    close: () => file.close(),
  };
  return own as unknown as FileHandle;
}
