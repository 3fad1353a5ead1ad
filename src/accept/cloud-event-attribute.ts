/**
 * Attributes of CloudEvents as headers, by section 3.1.3.2 of its HTTP binding 1.0: what is not printable ASCII is
 * UTF-8, percent-encoded.
 */
import { Buffer } from "node:buffer";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a header value as node:http gives it (Latin-1). Undefined when it does not decode to UTF-8. */
export function decodeAttribute(value: string): string | undefined {
  const text = /^".*"$/s.test(value) && value.length > 1 ? value.slice(1, -1).replace(/\\(.)/gs, "$1") : value;
  // One round: what it decodes to is not decoded again.
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return utf8.decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}

/** A text without half characters as a header value. */
export function encodeAttribute(text: string): string {
  return text.replace(
    /[^\x21\x23\x24\x26-\x7e]+/g,
    (some) => Buffer.from(some).toString("hex").replace(/../g, encoded),
  );
}

function encoded(hex: string): string {
  return `%${hex.toUpperCase()}`;
}
