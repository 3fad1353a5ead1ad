/**
 * Where a value stands in JSON text, byte for byte: parsing and writing again would lose digits, and a handler would
 * not get what its sender wrote. Only for bytes that were parsed before: it looks for ends, not for mistakes.
 */

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, COLON = 0x3a;
const OPEN_ARRAY = 0x5b, CLOSE_ARRAY = 0x5d, OPEN_OBJECT = 0x7b, CLOSE_OBJECT = 0x7d;

interface Child {
  /** Of a member; undefined for an element. */
  name: string | undefined;
  value: Uint8Array;
}

const utf8 = new TextDecoder();

/** The exact bytes of the value that the steps of a JSON pointer lead to. */
export function sliceAt(json: Uint8Array, steps: readonly string[]): Uint8Array | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return trimmed(json);
  // Of members with one name, the last counts, as for JSON.parse.
  const child = childrenOf(json).findLast(({ name }, index) => (name ?? String(index)) === step);
  return child && sliceAt(child.value, rest);
}

/** The exact bytes of each element of the array. */
export function elementSlices(json: Uint8Array): Uint8Array[] {
  return childrenOf(json).map(({ value }) => value);
}

function childrenOf(json: Uint8Array): Child[] {
  const children: Child[] = [];
  let at = pastSpace(json, 0);
  if (json[at] !== OPEN_ARRAY && json[at] !== OPEN_OBJECT) return children;
  const named = json[at] === OPEN_OBJECT;
  at = pastSpace(json, at + 1);
  while (at < json.length && json[at] !== CLOSE_ARRAY && json[at] !== CLOSE_OBJECT) {
    let name: string | undefined;
    if (named) {
      const end = endOf(json, at);
      name = JSON.parse(utf8.decode(json.subarray(at, end))) as string;
      at = pastSpace(json, past(json, pastSpace(json, end), COLON));
    }
    const end = endOf(json, at);
    children.push({ name, value: json.subarray(at, end) });
    at = pastSpace(json, past(json, pastSpace(json, end), COMMA));
  }
  return children;
}

function past(json: Uint8Array, at: number, byte: number): number {
  return json[at] === byte ? at + 1 : at;
}

/** RFC 8259 section 2. */
function pastSpace(json: Uint8Array, at: number): number {
  while (isSpace(json[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function trimmed(json: Uint8Array): Uint8Array {
  const start = pastSpace(json, 0);
  return json.subarray(start, endOf(json, start));
}

/** Where the value that begins at `at` ends. */
function endOf(json: Uint8Array, at: number): number {
  const first = json[at];
  if (first === QUOTE) return endOfString(json, at);
  if (first === OPEN_ARRAY || first === OPEN_OBJECT) return endOfNest(json, at);
  while (at < json.length && !isSpace(json[at]) && !isPunctuation(json[at])) at += 1;
  return at;
}

function isPunctuation(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;
}

function endOfString(json: Uint8Array, at: number): number {
  for (at += 1; at < json.length && json[at] !== QUOTE; at += 1) if (json[at] === BACKSLASH) at += 1;
  return at + 1;
}

function endOfNest(json: Uint8Array, at: number): number {
  for (let depth = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = endOfString(json, at) - 1;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return at;
}
