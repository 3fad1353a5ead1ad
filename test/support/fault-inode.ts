/** The bytes of a file on the fault disk, twice: as every reader sees them, and as they are on the medium. */
import { Buffer } from "node:buffer";

const PAGE = 512;

export class FaultInode {
  /** What every reader sees: the page cache. */
  bytes = Buffer.alloc(0);
  #durable = Buffer.alloc(0);
  /** Pages that differ between the two. */
  readonly #dirty = new Set<number>();

  write(bytes: Buffer, position: number): void {
    this.bytes = extend(this.bytes, position + bytes.length);
    bytes.copy(this.bytes, position);
    for (let page = Math.floor(position / PAGE); page * PAGE < position + bytes.length; page++) this.#dirty.add(page);
  }

  /** All that was written is on the medium. */
  flush(): void {
    // At once: page by page it would be copied once for each.
    this.#durable = extend(this.#durable, this.bytes.length);
    for (const page of this.#dirty) this.#flushPage(page);
    this.#dirty.clear();
  }

  /** As after a sync that failed: the next one has nothing to do and says yes. */
  forgetDirty(): void {
    this.#dirty.clear();
  }

  /** Damage on the medium. */
  overwrite(bytes: Buffer): void {
    this.bytes = Buffer.from(bytes);
    this.#durable = Buffer.from(bytes);
    this.#dirty.clear();
  }

  /** Of each dirty page the medium has all, nothing or a part. */
  settleAtCut(random: () => number): void {
    for (const page of this.#dirty) {
      const luck = random();
      if (luck < 0.4) this.#flushPage(page);
      else if (luck < 0.6) this.#tear(page, random());
    }
    this.#dirty.clear();
    this.bytes = Buffer.from(this.#durable);
  }

  #flushPage(page: number): void {
    this.#copy(page * PAGE, Math.min((page + 1) * PAGE, this.bytes.length));
  }

  #tear(page: number, share: number): void {
    const end = Math.min((page + 1) * PAGE, this.bytes.length);
    this.#copy(page * PAGE, page * PAGE + Math.floor((end - page * PAGE) * share));
  }

  #copy(from: number, to: number): void {
    this.#durable = extend(this.#durable, to);
    this.bytes.copy(this.#durable, from, from, to);
  }
}

function extend(bytes: Buffer, length: number): Buffer<ArrayBuffer> {
  return bytes.length >= length
    ? bytes as Buffer<ArrayBuffer>
    : Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
}
