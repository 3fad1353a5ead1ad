/**
 * Strict decoding. `Buffer.from` stops at the first bad hex digit and skips what is no Base64, so that many
 * spellings would stand for one signature; here exactly one text stands for the bytes (hex in either case).
 */
import { Buffer } from "node:buffer";
import type { SignaturePlace } from "../../presets/preset.ts";

/** How a signature's text becomes bytes; undefined for a text that stands for none. */
export function decoderFor(encoding: SignaturePlace["encoding"]): (text: string) => Buffer | undefined {
  switch (encoding) {
    case "hex":
      return decodeHex;
    case "base64":
      return decodeBase64;
    case "base64url":
      return decodeBase64Url;
    case "text":
      // As it came over the wire.
      return (text) => Buffer.from(text, "latin1");
  }
}

export function decodeHex(text: string): Buffer | undefined {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text) ? Buffer.from(text, "hex") : undefined;
}

/** RFC 4648 section 4: the standard alphabet, padded, no stray bits in the last digit. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** RFC 4648 section 5: the alphabet for URLs, without padding. */
function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
}
