/**
 * From verified bytes to a JSON value, only where a reference or a schema needs one. The value is looked
 * at and dropped: what is stored and handed on are the bytes, since parsing and writing again loses digits.
 */
import { type Refusal, refuse } from "./problem.ts";

const QUOTE = 0x22, BACKSLASH = 0x5c, OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d;

// A byte order mark is kept, so that JSON.parse refuses it here as it would in the worker.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Refuses what is not UTF-8, not JSON (RFC 8259), or nested deeper than `depthMax`. */
export function parseJson(body: Uint8Array, depthMax: number): { kind: "json"; value: unknown } | Refusal {
  if (nestsDeeper(body, depthMax)) {
    return refuse("json_too_deep", `The body is nested deeper than ${depthMax} levels`);
  }
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return refuse("malformed_json", "The body is not valid UTF-8", { reason: "invalid_utf8" });
  }
  try {
    return { kind: "json", value: JSON.parse(text) };
  } catch {
    // The parser's own message quotes the body: not for an answer, nor for a log.
    return refuse("malformed_json", "The body is not valid JSON");
  }
}

/** Counts brackets outside strings, without recursion: asked before the parser, which does recurse. */
export function nestsDeeper(body: Uint8Array, depthMax: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!;
    if (quoted) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
  }
  return false;
}
