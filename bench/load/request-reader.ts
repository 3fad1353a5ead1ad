/** Hands out the requests of a request file one by one, reading it in small pieces so that no read stalls the load. */
import { Buffer } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";

/** Takes some 20 microseconds from the page cache. */
const PIECE_BYTES = 128 * 1024;

export class RequestReader {
  readonly #file: number;
  readonly #stride: number;
  readonly #count: number;
  #next: number;
  #piece = Buffer.alloc(0);
  #at = 0;

  constructor(path: string, { stride, first, count }: { stride: number; first: number; count: number }) {
    this.#file = openSync(path, "r");
    this.#stride = stride;
    this.#count = count;
    this.#next = first;
  }

  /** The first request that was not handed out. */
  get next(): number {
    return this.#next;
  }

  /** Throws when the file is used up: a request sent twice would be a duplicate, which costs a server less. */
  take(): Buffer {
    if (this.#next >= this.#count) throw new Error(`The request file is used up after ${this.#count} requests`);
    if (this.#at >= this.#piece.length) this.#read();
    const request = this.#piece.subarray(this.#at, this.#at + this.#stride);
    this.#at += this.#stride;
    this.#next += 1;
    return request;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Into a buffer of its own each time, since a socket may still hold parts of the one before. */
  #read(): void {
    const requests = Math.min(Math.max(1, Math.floor(PIECE_BYTES / this.#stride)), this.#count - this.#next);
    this.#piece = Buffer.allocUnsafeSlow(requests * this.#stride);
    this.#at = 0;
    readSync(this.#file, this.#piece, 0, this.#piece.length, this.#next * this.#stride);
  }
}
