/**
 * Dictionaries of structured fields (RFC 9651 section 3.2), as HTTP signatures and digests are written. Strict: a
 * repeated key, which the RFC lets the last one win, is refused, and so is every type that these fields do not use.
 */
import type { Buffer } from "node:buffer";
import { decodeBase64 } from "./decode.ts";

/** `text` is how the value is written in its one canonical way. */
export type BareItem =
  | { kind: "number"; text: string; value: number }
  | { kind: "string"; text: string; value: string }
  | { kind: "token"; text: string }
  | { kind: "bytes"; text: string; value: Buffer }
  | { kind: "boolean"; text: string; value: boolean };

export type Parameters = ReadonlyMap<string, BareItem>;

export interface Item {
  kind: "item";
  bare: BareItem;
  parameters: Parameters;
}

export interface InnerList {
  kind: "list";
  items: readonly Item[];
  parameters: Parameters;
}

export type Dictionary = ReadonlyMap<string, Item | InnerList>;

interface Cursor {
  text: string;
  at: number;
}

const TRUE: BareItem = { kind: "boolean", text: "?1", value: true };

/** Section 4.2.2; undefined for a malformed or an empty one. */
export function parseDictionary(text: string): Dictionary | undefined {
  const cursor = { text: text.replace(/^ +| +$/g, ""), at: 0 };
  const members = new Map<string, Item | InnerList>();
  do {
    const key = take(cursor, KEY);
    if (key === undefined || members.has(key)) return undefined;
    const member = take(cursor, EQUALS) === undefined ? parseRest(cursor, TRUE) : parseMember(cursor);
    if (member === undefined) return undefined;
    members.set(key, member);
  } while (take(cursor, COMMA) !== undefined);
  return cursor.at === cursor.text.length ? members : undefined;
}

/** Section 4.1.1.1, which is what a signature is made over. */
export function innerListText({ items, parameters }: InnerList): string {
  return `(${items.map(itemText).join(" ")})${parametersText(parameters)}`;
}

export function itemText({ bare, parameters }: Item): string {
  return bare.text + parametersText(parameters);
}

function parametersText(parameters: Parameters): string {
  return [...parameters].map(([key, { text }]) => text === TRUE.text ? `;${key}` : `;${key}=${text}`).join("");
}

function parseMember(cursor: Cursor): Item | InnerList | undefined {
  return cursor.text[cursor.at] === "(" ? parseInnerList(cursor) : parseItem(cursor);
}

function parseInnerList(cursor: Cursor): InnerList | undefined {
  const items: Item[] = [];
  take(cursor, OPEN);
  while (take(cursor, CLOSE) === undefined) {
    // Items are parted by spaces; CLOSE takes those before it.
    if (items.length > 0 && take(cursor, SPACES) === undefined) return undefined;
    const item = parseItem(cursor);
    if (item === undefined) return undefined;
    items.push(item);
  }
  const parameters = parseParameters(cursor);
  return parameters && { kind: "list", items, parameters };
}

function parseItem(cursor: Cursor): Item | undefined {
  const bare = parseBareItem(cursor);
  return bare && parseRest(cursor, bare);
}

function parseRest(cursor: Cursor, bare: BareItem): Item | undefined {
  const parameters = parseParameters(cursor);
  return parameters && { kind: "item", bare, parameters };
}

function parseParameters(cursor: Cursor): Parameters | undefined {
  const parameters = new Map<string, BareItem>();
  while (take(cursor, SEMICOLON) !== undefined) {
    const key = take(cursor, KEY);
    if (key === undefined || parameters.has(key)) return undefined;
    const value = take(cursor, EQUALS) === undefined ? TRUE : parseBareItem(cursor);
    if (value === undefined) return undefined;
    parameters.set(key, value);
  }
  return parameters;
}

// Sticky, so that each begins where the one before it ended; none can match in two ways.
const KEY = /[a-z*][a-z0-9_.*-]*/y;
const EQUALS = /=/y;
const COMMA = /[ \t]*,[ \t]*/y;
const OPEN = /\( */y;
const CLOSE = / *\)/y;
const SPACES = / +/y;
const SEMICOLON = /; */y;
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})/y;
const STRING = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/y;
const TOKEN = /[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*/y;
const BYTES = /:[A-Za-z0-9+/=]*:/y;
const BOOLEAN = /\?[01]/y;

function parseBareItem(cursor: Cursor): BareItem | undefined {
  switch (cursor.text[cursor.at]) {
    case '"': {
      const text = take(cursor, STRING);
      return text === undefined
        ? undefined
        : { kind: "string", text, value: text.slice(1, -1).replace(/\\(.)/g, "$1") };
    }
    case ":": {
      const text = take(cursor, BYTES);
      const value = text === undefined ? undefined : decodeBase64(text.slice(1, -1));
      return text === undefined || value === undefined ? undefined : { kind: "bytes", text, value };
    }
    case "?": {
      const text = take(cursor, BOOLEAN);
      return text === undefined ? undefined : { kind: "boolean", text, value: text === "?1" };
    }
    default: {
      const token = take(cursor, TOKEN);
      if (token !== undefined) return { kind: "token", text: token };
      const number = take(cursor, NUMBER);
      return number === undefined ? undefined : { kind: "number", text: numberText(number), value: Number(number) };
    }
  }
}

/** Without leading zeros; a decimal keeps one digit after its point. */
function numberText(text: string): string {
  const value = Number(text);
  return text.includes(".") && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match === null) return undefined;
  cursor.at = pattern.lastIndex;
  return match[0];
}
