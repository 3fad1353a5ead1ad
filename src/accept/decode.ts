/**
 * Strict decoding. `Buffer.from` stops at the first bad hex digit and skips what is no Base64, so that many
 * spellings would stand for one signature; here exactly one text stands for the bytes (hex in either case).
 */
import { Buffer } from "node:buffer";

export function decodeHex(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "hex");
  return bytes.toString("hex") === text.toLowerCase() ? bytes : undefined;
}

/** RFC 4648 section 4: the standard alphabet, padded, no stray bits in the last digit. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
