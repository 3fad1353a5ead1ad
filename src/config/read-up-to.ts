/**
 * Reading what an operator names: the config file and the files of secrets. Never more than was asked for,
 * so that a wrong path (a device, a log, a disk image) costs a message and no memory.
 */
import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";

/** Reads a whole file, or of one that is longer than `bytesMax` that much and one byte more. */
export type ReadFile = (path: string, bytesMax: number) => Promise<Uint8Array>;

/** `ReadFile` of the file system; pipes work too. Rejects with the system's error. */
export const readUpTo: ReadFile = async (path, bytesMax) => {
  const chunks: Buffer[] = [];
  // `end` is the last byte that is read.
  for await (const chunk of createReadStream(path, { end: bytesMax })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** The same of a stream, such as what is piped in. */
export async function readStreamUpTo(stream: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > bytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, bytesMax + 1);
}

/** The text of UTF-8 bytes, without a byte order mark; undefined for other bytes. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
