/**
 * A captured request as people keep it: the JSON of the test vectors, one or a list, or the text of an HTTP request.
 * What it says of itself is taken as it is, and faults are named without quoting what stands there: it holds secrets.
 */
import { Buffer } from "node:buffer";
import { decodeText } from "../config/read-up-to.ts";
import { HookdError } from "../errors.ts";
import type { RawHeaders } from "../model.ts";

export interface CapturedRecord {
  name: string | undefined;
  /** The name of a preset. */
  scheme: string | undefined;
  secrets: readonly string[] | undefined;
  method: string;
  url: string | undefined;
  /** Path and query, where only these are known. */
  target: string | undefined;
  headers: RawHeaders;
  body: Uint8Array;
  /** Unix seconds. */
  now: number | undefined;
  toleranceMs: number | undefined;
  params: Readonly<Record<string, string>>;
}

export interface Capture {
  records: readonly CapturedRecord[];
  /** It was a list, even if of one. */
  isList: boolean;
}

/** Throws `ERR_USAGE` with the place of the first fault. */
export function parseCapture(bytes: Uint8Array): Capture {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16)).toString("latin1");
  if (/^[A-Z]+ /.test(start)) return { records: [parseHttp(bytes)], isList: false };
  if (bytes.length === 0) throw fault("it is empty");
  const text = decodeText(bytes);
  if (text === undefined) throw fault("it is not UTF-8");
  const value = jsonOf(text);
  const list = Array.isArray(value) ? value : [value];
  const records = list.map((each, at) => recordOf(each, Array.isArray(value) ? `request ${at}` : "the request"));
  return { records, isList: Array.isArray(value) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the text.
    throw fault("it is neither JSON nor an HTTP request (`POST /path HTTP/1.1`, headers, an empty line, the body)");
  }
}

/** A request line, header lines, an empty line, and the body as it stands. */
function parseHttp(bytes: Uint8Array): CapturedRecord {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const [head = "", gap = ""] = /^[\s\S]*?(?:(\r?\n\r?\n)|$)/.exec(text) ?? [];
  const [line = "", ...lines] = head.slice(0, head.length - gap.length).trimEnd().split(/\r?\n/);
  const [, method = "", target = ""] = /^([A-Z]+) (\S+) HTTP\/\d(?:\.\d)?$/.exec(line) ?? [];
  if (method === "") throw fault("its first line is not like `POST /path HTTP/1.1`");
  const headers = lines.flatMap((each, at) => {
    const [, name, value = ""] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(each) ?? [];
    if (name === undefined) throw fault(`line ${at + 2} is no header`);
    return [name, value];
  });
  return {
    ...NOTHING_SAID,
    method,
    ...(target.startsWith("/") ? { target } : { url: target }),
    headers,
    body: bytes.subarray(head.length),
  };
}

const NOTHING_SAID = {
  name: undefined,
  scheme: undefined,
  secrets: undefined,
  url: undefined,
  target: undefined,
  now: undefined,
  toleranceMs: undefined,
  params: {},
};

type Fields = Readonly<Record<string, unknown>>;

function recordOf(value: unknown, where: string): CapturedRecord {
  if (!isFields(value)) throw fault(`${where} is not an object`);
  const extras = value.extras ?? {};
  if (!isFields(extras)) throw fault(`${where}: \`extras\` is not an object`);
  const name = textOf(value, "name", where);
  const place = name === undefined ? where : `${where} (${name})`;
  return {
    name,
    scheme: textOf(value, "scheme", place),
    secrets: secretsOf(value.secret, place),
    method: textOf(value, "method", place) ?? "POST",
    url: textOf(value, "url", place),
    target: undefined,
    headers: headersOf(value.headers, place),
    body: bodyOf(value, place),
    now: numberOf(value, "now", place),
    toleranceMs: milliseconds(numberOf(extras, "tolerance", place)),
    params: paramsOf(value, extras),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(fields: Fields, key: string, where: string): string | undefined {
  const value = fields[key] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw fault(`${where}: \`${key}\` is not a text`);
}

function numberOf(fields: Fields, key: string, where: string): number | undefined {
  const value = fields[key] ?? undefined;
  if (value === undefined || (typeof value === "number" && value >= 0)) return value;
  throw fault(`${where}: \`${key}\` is not a number of seconds`);
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function secretsOf(value: unknown, where: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  const list: unknown[] = [value].flat();
  if (list.every((each) => typeof each === "string")) return list;
  throw fault(`${where}: \`secret\` is neither a text nor a list of texts`);
}

/** `{name: value or values}`, or a list of `[name, value]` pairs. */
function headersOf(value: unknown, where: string): RawHeaders {
  const entries: unknown[] = Array.isArray(value) ? value : isFields(value) ? Object.entries(value) : [];
  return entries.flatMap((entry) => {
    const [name, values]: unknown[] = Array.isArray(entry) ? entry : [];
    const list: unknown[] = [values].flat();
    if (typeof name === "string" && list.every((each) => typeof each === "string")) {
      return list.flatMap((text) => [name, wireText(text)]);
    }
    throw fault(`${where}: \`headers\` holds what is neither a text nor a list of texts`);
  });
}

/** Header values are Latin-1 strings of the bytes; a capture that decoded them as UTF-8 has letters beyond that. */
function wireText(text: string): string {
  return /[^\x00-\xff]/.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

function bodyOf(fields: Fields, where: string): Uint8Array {
  const base64 = textOf(fields, "bodyBase64", where);
  if (base64 !== undefined) {
    const bytes = Buffer.from(base64, "base64");
    if (bytes.toString("base64").replace(/=+$/, "") !== base64.replace(/=+$/, "")) {
      throw fault(`${where}: \`bodyBase64\` is not Base64`);
    }
    return bytes;
  }
  if (typeof fields.body === "object" && fields.body !== null) {
    throw fault(
      `${where}: \`body\` is parsed already; a signature is over its bytes: keep it as a text, or as bodyBase64`,
    );
  }
  return Buffer.from(textOf(fields, "body", where) ?? "");
}

/** What the test vectors say at the top, besides `params`. */
const TOP_PARAMS = ["alg", "status", "requireDigest"];

function paramsOf(fields: Fields, extras: Fields): Record<string, string> {
  const given = [fields.params, extras.params].flatMap((params) => isFields(params) ? Object.entries(params) : []);
  const all = [...TOP_PARAMS.map((name) => [name, fields[name]] as const), ...given];
  return Object.fromEntries(all.flatMap(([name, value]) => {
    const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return isPlain ? [[name, String(value)]] : [];
  }));
}

function fault(what: string): HookdError {
  return new HookdError("ERR_USAGE", `The captured request cannot be read: ${what}`);
}
