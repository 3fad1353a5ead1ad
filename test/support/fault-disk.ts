/**
 * A disk in memory that can fail and lose power. What was written but not synced is lost, kept or torn at a power
 * cut, page by page, by a seeded choice; a failed sync drops the dirty pages for good and reports once, as Linux
 * does. A file's name is durable only after its folder was synced.
 */
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { FaultInode } from "./fault-inode.ts";
import type { Disk, DiskFile } from "../../src/store/journal/disk.ts";

export type Fault = "EIO" | "ENOSPC";

/** With its two halves, for those who sync in a call of their own. */
export interface FaultFile extends DiskFile {
  write(buffers: readonly Uint8Array[], position: number): Promise<void>;
  sync(): Promise<void>;
}

/** The disk as one process has it. */
export interface FaultSession extends Disk {
  open(path: string): Promise<FaultFile>;
  create(path: string): Promise<FaultFile>;
  rename(path: string, newPath: string): Promise<void>;
}

export class FaultDisk implements Disk {
  #names = new Map<string, FaultInode>();
  #durableNames = new Map<string, FaultInode>();
  /** New name to old one, of files whose new one is not durable yet. */
  readonly #renamed = new Map<string, string>();
  readonly #random: () => number;
  #epoch = 0;
  /** Asked before each write or sync: the fault to answer with, and for writes how many bytes get through. */
  onWrite: (path: string, bytes: number) => { fault: Fault; written: number } | undefined = () => undefined;
  onSync: (path: string) => Fault | undefined = () => undefined;
  /** Called before each write, sync, and change of names, in sessions: a `cut` in it comes before that change. */
  onChange: () => void = () => {};
  /** Awaited when the bytes of a read are there, before it resolves. */
  onRead: (path: string) => Promise<void> = () => Promise.resolve();
  syncs = 0;

  constructor(random: () => number = () => 0.5) {
    this.#random = random;
  }

  /** Power is lost and comes back: the medium is what counts. Open files are dead. */
  cut(): void {
    this.#epoch += 1;
    // Names that were not synced may have reached the medium or not.
    const names = new Map(this.#durableNames);
    for (const [newPath, path] of this.#renamed) {
      if (this.#random() < 0.5) continue;
      names.set(newPath, names.get(path)!);
      names.delete(path);
    }
    for (const [path, inode] of this.#names) {
      if (!names.has(path) && !this.#renamed.has(path) && this.#random() < 0.5) names.set(path, inode);
    }
    const origins = new Set(this.#renamed.values());
    for (const path of this.#durableNames.keys()) {
      if (!this.#names.has(path) && !origins.has(path) && this.#random() < 0.5) names.delete(path);
    }
    this.#renamed.clear();
    for (const inode of new Set(names.values())) inode.settleAtCut(this.#random);
    this.#names = names;
    this.#durableNames = new Map(names);
  }

  /** The process died, the machine did not: the page cache stays. */
  crash(): void {
    this.#epoch += 1;
  }

  /** The bytes that readers see. */
  bytesOf(path: string): Buffer {
    return this.#names.get(path)!.bytes;
  }

  /** Damage on the medium. */
  overwrite(path: string, bytes: Buffer): void {
    this.#names.get(path)!.overwrite(bytes);
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  /** The disk as one process has it: dead after the next cut or crash, as the process is. */
  session(): FaultSession {
    const epoch = this.#epoch;
    const alive = <T>(use: () => Promise<T>): Promise<T> =>
      epoch === this.#epoch ? use() : Promise.reject(systemError("EIO", "a process that is gone"));
    const change = <T>(use: () => Promise<T>): Promise<T> => {
      this.onChange();
      return alive(use);
    };
    return {
      makeFolder: (path) => change(() => this.makeFolder(path)),
      list: (folder) => alive(() => this.list(folder)),
      open: (path) => alive(() => this.open(path)),
      create: (path) => change(() => this.create(path)),
      remove: (path) => change(() => this.remove(path)),
      link: (path, newPath) => change(() => this.link(path, newPath)),
      rename: (path, newPath) => change(() => this.rename(path, newPath)),
      syncFolder: (path) => change(() => this.syncFolder(path)),
    };
  }

  makeFolder(_path: string): Promise<void> {
    return Promise.resolve();
  }

  list(folder: string): Promise<string[]> {
    const names = this.paths().filter((path) => path.startsWith(`${folder}/`)).map((path) =>
      path.slice(folder.length + 1)
    );
    return Promise.resolve(names.filter((name) => !name.includes("/")));
  }

  open(path: string): Promise<FaultFile> {
    const inode = this.#names.get(path);
    return inode === undefined
      ? Promise.reject(systemError("ENOENT", path))
      : Promise.resolve(this.#fileOf(path, inode));
  }

  create(path: string): Promise<FaultFile> {
    if (this.#names.has(path)) return Promise.reject(systemError("EEXIST", path));
    const inode = new FaultInode();
    this.#names.set(path, inode);
    return Promise.resolve(this.#fileOf(path, inode));
  }

  remove(path: string): Promise<void> {
    this.#names.delete(path);
    return Promise.resolve();
  }

  /** A file has one of the two names at any time, whenever the power goes. The old name was durable. */
  rename(path: string, newPath: string): Promise<void> {
    const inode = this.#names.get(path);
    if (inode === undefined) return Promise.reject(systemError("ENOENT", path));
    this.#names.set(newPath, inode);
    this.#names.delete(path);
    if (this.#durableNames.get(path) === inode) this.#renamed.set(newPath, path);
    return Promise.resolve();
  }

  link(path: string, newPath: string): Promise<void> {
    this.#names.set(newPath, this.#names.get(path)!);
    return Promise.resolve();
  }

  syncFolder(path: string): Promise<void> {
    const fault = this.onSync(path);
    if (fault !== undefined) return Promise.reject(systemError(fault, path));
    for (const name of this.#renamed.keys()) if (dirname(name) === path) this.#renamed.delete(name);
    for (const name of this.#durableNames.keys()) {
      if (dirname(name) === path && !this.#names.has(name)) this.#durableNames.delete(name);
    }
    for (const [name, inode] of this.#names) if (dirname(name) === path) this.#durableNames.set(name, inode);
    return Promise.resolve();
  }

  #fileOf(path: string, inode: FaultInode): FaultFile {
    const epoch = this.#epoch;
    const alive = () => {
      if (epoch !== this.#epoch) throw systemError("EIO", path);
    };
    const write = async (buffers: readonly Uint8Array[], position: number) => {
      await turn();
      this.onChange();
      alive();
      const bytes = Buffer.concat(buffers);
      const stop = this.onWrite(path, bytes.length);
      inode.write(stop === undefined ? bytes : bytes.subarray(0, stop.written), position);
      if (stop !== undefined) throw systemError(stop.fault, path);
    };
    const sync = async () => {
      await turn();
      this.onChange();
      alive();
      this.syncs += 1;
      const fault = this.onSync(path);
      if (fault !== undefined) {
        inode.forgetDirty();
        throw systemError(fault, path);
      }
      inode.flush();
    };
    return {
      write,
      sync,
      writeDurably: async (buffers, position) => {
        await write(buffers, position);
        await sync();
      },
      read: async (buffer, position) => {
        await turn();
        alive();
        const from = Math.min(position, inode.bytes.length);
        const count = inode.bytes.copy(buffer, 0, from, from + buffer.length);
        await this.onRead(path);
        return count;
      },
      size: () => Promise.resolve(inode.bytes.length),
      close: () => Promise.resolve(),
    };
  }
}

/** A real disk answers in a later turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: "${path}"`), { code });
}
