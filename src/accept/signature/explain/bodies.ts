/** What bodies turn into between a sender and a capture, undone: one of these may be what was signed. */
import { Buffer } from "node:buffer";

export interface Variation<Value> {
  value: Value;
  /** Ends "The signature would be right if ...". */
  clause: string;
  /** What does such a thing, and what to do about it. */
  advice?: string;
}

/** Of a body beyond this there are no variations: each one is a copy of it. */
export const VARIED_BYTES_MAX = 8 * 1024 * 1024;

const PARSER = "A framework parsed the body and wrote it again: hand on the bytes as they came.";
const EDITOR = "Editors, `echo` and here-documents add such; capture the bytes as they came.";
const TEXT = "It was read as text on its way: keep it as bytes.";

/** Each other than the body itself, and none twice. */
export function bodyVariations(body: Uint8Array): Variation<Buffer>[] {
  if (body.length > VARIED_BYTES_MAX) return [];
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const seen: Buffer[] = [bytes];
  return [...lineEnds(bytes), ...encodings(bytes), ...jsonForms(bytes), ...formForms(bytes)].filter(({ value }) => {
    const isNew = !seen.some((known) => known.equals(value));
    if (isNew) seen.push(value);
    return isNew;
  });
}

function lineEnds(bytes: Buffer): Variation<Buffer>[] {
  const text = bytes.toString("latin1");
  const made: [text: string, clause: string, advice?: string][] = [
    [text.replace(/\n$/, ""), "the body had no line feed at its end", EDITOR],
    [text.replace(/\r\n$/, ""), "the body had no CR LF at its end", EDITOR],
    [`${text}\n`, "the body had a line feed at its end", "Something trimmed it; capture the bytes as they came."],
    [`${text}\r\n`, "the body had CR LF at its end", "Something trimmed it; capture the bytes as they came."],
    [text.trimEnd(), "the body had no white space at its end", EDITOR],
    [text.trim(), "the body had no white space around it", EDITOR],
    [text.replaceAll("\r\n", "\n"), "the lines of the body ended in LF, not in CR LF", TEXT],
    [text.replace(/\r?\n/g, "\r\n"), "the lines of the body ended in CR LF, not in LF", TEXT],
    ["", "the body were empty", "The sender may sign before it adds the body, or sign a request without one."],
  ];
  return made.map(([value, clause, advice]) => withAdvice(Buffer.from(value, "latin1"), clause, advice));
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

function encodings(bytes: Buffer): Variation<Buffer>[] {
  const utf8 = bytes.toString("utf8");
  const base64 = bytes.toString("latin1").trim();
  const decoded = Buffer.from(base64, "base64");
  const made = [
    withAdvice(Buffer.concat([BOM, bytes]), "the body began with a byte order mark", TEXT),
    withAdvice(Buffer.from(utf8), "each byte that is no UTF-8 were U+FFFD", "The sender signed a lossy copy as text."),
    withAdvice(Buffer.from(utf8, "latin1"), "the body were Latin-1: it was read so and written as UTF-8", TEXT),
    withAdvice(Buffer.from(bytes.toString("latin1")), "the body were UTF-8 of its Latin-1 reading", TEXT),
  ];
  if (bytes.subarray(0, 3).equals(BOM)) {
    made.push(withAdvice(bytes.subarray(3), "the body had no byte order mark", TEXT));
  }
  if (decoded.length > 0 && decoded.toString("base64") === base64) {
    made.push(withAdvice(decoded, "the body were decoded from Base64", "Some gateways hand bodies on in Base64."));
  }
  return made;
}

function jsonForms(bytes: Buffer): Variation<Buffer>[] {
  const value = jsonValue(bytes.toString("utf8"));
  if (value === undefined) return [];
  const compact = JSON.stringify(value);
  const made: [text: string, clause: string][] = [
    [compact, "the body were the JSON written without white space, as `JSON.stringify` does"],
    ...[2, 4, "\t"].map((indent): [string, string] => [
      JSON.stringify(value, null, indent),
      `the body were the JSON indented by ${indent === "\t" ? "tabs" : indent}`,
    ]),
    [spaced(value), 'the body were the JSON with ", " and ": ", as Python writes it'],
    [ascii(spaced(value)), "the body were the JSON as Python's `json.dumps` writes it, with \\u escapes"],
    [ascii(compact), "the body had its letters beyond ASCII as \\u escapes"],
    [ascii(compact).replaceAll("/", "\\/"), "the body were the JSON as PHP's `json_encode` writes it"],
    [JSON.stringify(sorted(value)), "the body were the JSON with its keys sorted"],
  ];
  if (typeof value === "string") made.push([value, "the body were the text within the JSON string that it is"]);
  return made.map(([text, clause]) => withAdvice(Buffer.from(text), clause, PARSER));
}

function formForms(bytes: Buffer): Variation<Buffer>[] {
  const text = bytes.toString("latin1");
  if (!/^[^\s{[]*=\S*$/.test(text)) return [];
  const again = new URLSearchParams(bytes.toString("utf8")).toString();
  return [
    withAdvice(Buffer.from(again), "the form were encoded anew, as `URLSearchParams` does", PARSER),
    withAdvice(Buffer.from(again.replaceAll("+", "%20")), "the form were encoded anew, with %20 for a space", PARSER),
    withAdvice(Buffer.from(text.replaceAll("%20", "+")), "each space of the form were +, not %20", PARSER),
    withAdvice(Buffer.from(text.replaceAll("+", "%20")), "each space of the form were %20, not +", PARSER),
    withAdvice(Buffer.from(unescaped(text)), "the form were not percent-encoded", PARSER),
  ];
}

function withAdvice(value: Buffer, clause: string, advice: string | undefined): Variation<Buffer> {
  return { value, clause, ...(advice !== undefined && { advice }) };
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, "")) as unknown;
  } catch {
    return undefined;
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** Indented by nothing and joined again: strings hold no raw line feed, so that each one is the layout's. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/,\n */g, ", ").replace(/\n */g, "");
}

function ascii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
