/**
 * A log of text lines that only grows: `dlq.jsonl` and the files that it was rotated to. Under the
 * dead-letter file, off the hot path. Promise: a line whose `append` resolved is on the disk, and a line that
 * is read back is on the disk too, whatever crash or failed sync came before.
 *
 *   dlq-00000001.jsonl  dlq-00000002.good-4096.jsonl  dlq.jsonl
 *   rotated by size     given up after a failed       grows
 *                       write, at 4096 good bytes
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { HookdError, messageOf, systemCode } from "../errors.ts";
import {
  ACTIVE,
  type LinePlace,
  type LogDisk,
  type LogFile,
  NODE_DISK,
  type OnLine,
  readLines,
  rotatedFiles,
  rotatedName,
  syncFolder,
  writeWhole,
} from "./log-file.ts";

export interface LineLogOptions {
  folder: string;
  /** A file that has reached this size is rotated before the next line. */
  rotateBytes: number;
  /** Told of each line in the order of writing, while `open` reads the files. */
  onLine: OnLine;
  disk?: LogDisk;
}

interface Waiting {
  line: string;
  resolve: (place: LinePlace) => void;
  reject: (error: HookdError) => void;
}

export class LineLog {
  readonly #folder: string;
  readonly #rotateBytes: number;
  readonly #disk: LogDisk;
  readonly #files: LogFile[] = [];
  /** The file that grows; undefined when the next append must begin another. */
  #active: LogFile | undefined;
  /** A file that failed and still carries the active one's name. */
  #failed: LogFile | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  /** Rejects with ERR_STORE_UNREADABLE, or ERR_STORE_FULL, when the files cannot be read or taken over. */
  static async open(options: LineLogOptions): Promise<LineLog> {
    const log = new LineLog(options);
    try {
      await log.#readAll(options.onLine);
      if (log.#active === undefined) await log.#begin();
      return log;
    } catch (error) {
      await log.#closeHandles();
      throw storeError(error, `Could not open the dead letters in ${options.folder}`, "ERR_STORE_UNREADABLE");
    }
  }

  private constructor(options: LineLogOptions) {
    this.#folder = options.folder;
    this.#rotateBytes = options.rotateBytes;
    this.#disk = options.disk ?? NODE_DISK;
  }

  /**
   * Writes one line (it must hold no line feed) and syncs it. Lines that come while a sync is under way share
   * the next one. Rejects with ERR_STORE_FAILED or ERR_STORE_FULL: then the line does not count, and the
   * next append begins a new file. (Only if the process dies before that may the next one find the line after all.)
   */
  append(line: string): Promise<LinePlace> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** Reads a line back. */
  async read(place: LinePlace): Promise<string> {
    if (this.#closed) throw closedError();
    try {
      const bytes = Buffer.alloc(place.length);
      const { handle, name } = place.file;
      const reading = handle ?? await this.#disk.open(this.#path(name), "r");
      try {
        await reading.read(bytes, 0, place.length, place.start);
      } finally {
        if (handle === undefined) await reading.close();
      }
      return bytes.toString("utf8");
    } catch (error) {
      throw storeError(error, `Could not read a dead letter in ${place.file.name}`, "ERR_STORE_UNREADABLE");
    }
  }

  /** Waits for the lines under way, then refuses. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#closeHandles();
  }

  async #writeAll(): Promise<void> {
    // What is appended in the same turn shares the first sync.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const places = await this.#commit(batch.map((waiting) => waiting.line));
        batch.forEach((waiting, index) => waiting.resolve(places[index]!));
      } catch (error) {
        const failure = storeError(error, "Could not write a dead letter", "ERR_STORE_FAILED");
        for (const waiting of batch) waiting.reject(failure);
      }
    }
    this.#writing = undefined;
  }

  async #commit(lines: readonly string[]): Promise<LinePlace[]> {
    if (this.#active !== undefined && this.#active.size >= this.#rotateBytes) await this.#rotate(this.#active);
    const file = this.#active ?? await this.#begin();
    const texts = lines.map((line) => Buffer.from(line + "\n"));
    try {
      await writeWhole(file.handle!, Buffer.concat(texts));
      await file.handle!.datasync();
    } catch (error) {
      // A failed sync is never tried again: the kernel may have dropped the pages, and would say yes. Nor is the
      // file written again, for it may end in half a line. What is good of it will stand in its name.
      this.#active = undefined;
      this.#failed = file;
      throw error;
    }
    return texts.map((text) => {
      const place = { file, start: file.size, length: text.length - 1 };
      file.size += text.length;
      return place;
    });
  }

  async #rotate(file: LogFile): Promise<void> {
    await this.#renameActive(file, rotatedName(file.number));
    this.#active = undefined;
  }

  /**
   * Begins a new `dlq.jsonl`. It counts once the folder is synced: until then a power cut may undo its creation,
   * and the rename before it. If that sync fails, the next try makes another file, so that no sync is repeated.
   */
  async #begin(): Promise<LogFile> {
    if (this.#failed !== undefined) await this.#putAside(this.#failed);
    const number = this.#nextNumber();
    const handle = await this.#disk.open(this.#path(ACTIVE), "ax+", 0o600);
    const file: LogFile = { number, name: ACTIVE, size: 0, handle };
    this.#files.push(file);
    this.#failed = file;
    await syncFolder(this.#folder, this.#disk);
    this.#failed = undefined;
    return this.#active = file;
  }

  async #putAside(file: LogFile): Promise<void> {
    if (file.size > 0) {
      await this.#renameActive(file, rotatedName(file.number, file.size));
      this.#failed = undefined;
      return;
    }
    // Nothing in it counts; a full disk that is tried again and again must not fill with empty files.
    await this.#disk.unlink(this.#path(ACTIVE)).catch(unlessGone);
    this.#failed = undefined;
    this.#files.splice(this.#files.indexOf(file), 1);
    await file.handle?.close().catch(() => {});
  }

  async #renameActive(file: LogFile, name: string): Promise<void> {
    await this.#disk.rename(this.#path(ACTIVE), this.#path(name)).catch(unlessGone);
    file.name = name;
  }

  async #readAll(onLine: OnLine): Promise<void> {
    const names = await this.#disk.readdir(this.#folder);
    for (const file of rotatedFiles(names)) {
      this.#files.push(file);
      const handle = await this.#disk.open(this.#path(file.name), "r");
      await readLines(handle, file, { onLine }).finally(() => handle.close());
    }
    if (names.includes(ACTIVE)) await this.#takeOver(onLine);
  }

  /**
   * Takes over the file that grew before. Crash story: a sync failed, and the process died before it could give
   * the file up. What is read now comes from the page cache, looks whole and is not on the disk; an event that
   * counts as dead because of it would be gone after a power cut. So every byte is written once more, in its
   * place, before the sync. Half a line at the end gets its line feed and is never cut: it is evidence.
   */
  async #takeOver(onLine: OnLine): Promise<void> {
    const file: LogFile = { number: this.#nextNumber(), name: ACTIVE, size: Infinity };
    this.#files.push(file);
    const rewriting = await this.#disk.open(this.#path(ACTIVE), "r+");
    const ended = await readLines(rewriting, file, { onLine, rewrite: true }).finally(() => rewriting.close());
    file.handle = await this.#disk.open(this.#path(ACTIVE), "a+", 0o600);
    await file.handle.chmod(0o600);
    if (!ended) {
      await writeWhole(file.handle, Buffer.from("\n"));
      file.size += 1;
    }
    await file.handle.datasync();
    await syncFolder(this.#folder, this.#disk);
    this.#active = file;
  }

  async #closeHandles(): Promise<void> {
    for (const file of this.#files) {
      await file.handle?.close();
      delete file.handle;
    }
  }

  #nextNumber(): number {
    return (this.#files.at(-1)?.number ?? 0) + 1;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

function unlessGone(error: unknown): void {
  if (systemCode(error) !== "ENOENT") throw error;
}

function storeError(cause: unknown, attempted: string, code: "ERR_STORE_FAILED" | "ERR_STORE_UNREADABLE"): HookdError {
  if (cause instanceof HookdError) return cause;
  const full = systemCode(cause) === "ENOSPC" || systemCode(cause) === "EDQUOT";
  return new HookdError(full ? "ERR_STORE_FULL" : code, `${attempted}: ${messageOf(cause)}`, { cause });
}

function closedError(): HookdError {
  return new HookdError("ERR_STORE_CLOSED", "The dead-letter file is closed");
}
