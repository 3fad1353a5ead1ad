/**
 * A disk in memory that can fail and lose power. What was written but not synced is lost, kept or torn at a power
 * cut, page by page, by a seeded choice; a failed sync drops the dirty pages for good and reports once, as Linux
 * does. A file's name is durable only after its folder was synced.
 */
import { Buffer } from "node:buffer";
import type { Disk, DiskFile } from "../../src/store/journal/disk.ts";

const PAGE = 512;

interface Inode {
  /** What every reader sees: the page cache. */
  bytes: Buffer;
  /** What is on the medium. */
  durable: Buffer;
  /** Pages that differ between the two. */
  dirty: Set<number>;
}

export type Fault = "EIO" | "ENOSPC";

export class FaultDisk implements Disk {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  readonly #folders = new Set<string>();
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
    for (const [path, inode] of this.#names) if (!names.has(path) && this.#random() < 0.5) names.set(path, inode);
    for (const path of this.#durableNames.keys()) {
      if (!this.#names.has(path) && this.#random() < 0.5) names.delete(path);
    }
    for (const inode of new Set(names.values())) this.#settleAtCut(inode);
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
    const inode = this.#names.get(path)!;
    inode.bytes = Buffer.from(bytes);
    inode.durable = Buffer.from(bytes);
    inode.dirty.clear();
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  /** The disk as one process has it: dead after the next cut or crash, as the process is. */
  session(): Disk {
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
      syncFolder: (path) => change(() => this.syncFolder(path)),
    };
  }

  makeFolder(path: string): Promise<void> {
    this.#folders.add(path);
    return Promise.resolve();
  }

  list(folder: string): Promise<string[]> {
    const names = this.paths().filter((path) => path.startsWith(`${folder}/`)).map((path) =>
      path.slice(folder.length + 1)
    );
    return Promise.resolve(names.filter((name) => !name.includes("/")));
  }

  open(path: string): Promise<DiskFile> {
    const inode = this.#names.get(path);
    return inode === undefined
      ? Promise.reject(systemError("ENOENT", path))
      : Promise.resolve(this.#fileOf(path, inode));
  }

  create(path: string): Promise<DiskFile> {
    if (this.#names.has(path)) return Promise.reject(systemError("EEXIST", path));
    const inode: Inode = { bytes: Buffer.alloc(0), durable: Buffer.alloc(0), dirty: new Set() };
    this.#names.set(path, inode);
    return Promise.resolve(this.#fileOf(path, inode));
  }

  remove(path: string): Promise<void> {
    this.#names.delete(path);
    return Promise.resolve();
  }

  link(path: string, newPath: string): Promise<void> {
    this.#names.set(newPath, this.#names.get(path)!);
    return Promise.resolve();
  }

  syncFolder(path: string): Promise<void> {
    const fault = this.onSync(path);
    if (fault !== undefined) return Promise.reject(systemError(fault, path));
    for (const name of this.#durableNames.keys()) {
      if (name.startsWith(`${path}/`) && !this.#names.has(name)) this.#durableNames.delete(name);
    }
    for (const [name, inode] of this.#names) if (name.startsWith(`${path}/`)) this.#durableNames.set(name, inode);
    return Promise.resolve();
  }

  #fileOf(path: string, inode: Inode): DiskFile {
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
      this.#write(inode, stop === undefined ? bytes : bytes.subarray(0, stop.written), position);
      if (stop !== undefined) throw systemError(stop.fault, path);
    };
    const sync = async () => {
      await turn();
      this.onChange();
      alive();
      this.syncs += 1;
      const fault = this.onSync(path);
      if (fault !== undefined) {
        inode.dirty.clear();
        throw systemError(fault, path);
      }
      // At once: page by page it would be copied once for each.
      inode.durable = extend(inode.durable, inode.bytes.length);
      for (const page of inode.dirty) this.#flush(inode, page);
      inode.dirty.clear();
    };
    return {
      writeDurably: async (buffers, position) => {
        await write(buffers, position);
        await sync();
      },
      read: async (buffer, position) => {
        await turn();
        alive();
        const count = inode.bytes.copy(buffer, 0, position, position + buffer.length);
        await this.onRead(path);
        return count;
      },
      size: () => Promise.resolve(inode.bytes.length),
      close: () => Promise.resolve(),
    };
  }

  #write(inode: Inode, bytes: Buffer, position: number): void {
    inode.bytes = extend(inode.bytes, position + bytes.length);
    bytes.copy(inode.bytes, position);
    for (let page = Math.floor(position / PAGE); page * PAGE < position + bytes.length; page++) inode.dirty.add(page);
  }

  #flush(inode: Inode, page: number): void {
    const end = Math.min((page + 1) * PAGE, inode.bytes.length);
    inode.durable = extend(inode.durable, end);
    inode.bytes.copy(inode.durable, page * PAGE, page * PAGE, end);
  }

  /** Of each dirty page the medium has all, nothing or a part. */
  #settleAtCut(inode: Inode): void {
    for (const page of inode.dirty) {
      const luck = this.#random();
      if (luck < 0.4) this.#flush(inode, page);
      else if (luck < 0.6) this.#tear(inode, page);
    }
    inode.dirty.clear();
    inode.bytes = Buffer.from(inode.durable);
  }

  #tear(inode: Inode, page: number): void {
    const end = Math.min((page + 1) * PAGE, inode.bytes.length);
    const torn = page * PAGE + Math.floor((end - page * PAGE) * this.#random());
    inode.durable = extend(inode.durable, torn);
    inode.bytes.copy(inode.durable, page * PAGE, page * PAGE, torn);
  }
}

function extend(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length ? bytes : Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
}

/** A real disk answers in a later turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: "${path}"`), { code });
}
