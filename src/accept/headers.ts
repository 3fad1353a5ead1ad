/**
 * One value per header. Read from the raw list, because the parsed views of node:http join repeated
 * headers or keep the first, and either lets a sender and a verifier see two different requests.
 */
import { Buffer } from "node:buffer";
import type { RawHeaders } from "../model.ts";

/** A header that came more than once: nobody can say which one was meant. */
export const REPEATED = Symbol("repeated header");

/** The value as received (Latin-1), undefined when absent. `name` is in lower case. */
export function headerOf(headers: RawHeaders, name: string): string | undefined | typeof REPEATED {
  let found: string | undefined;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const candidate = headers[at]!;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    if (found !== undefined) return REPEATED;
    found = headers[at + 1]!;
  }
  return found;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A header value as text: senders write UTF-8, node:http reads Latin-1. Undefined when it is not UTF-8. */
export function headerText(value: string): string | undefined {
  if (!/[\x80-\xff]/.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, "latin1"));
  } catch {
    return undefined;
  }
}
