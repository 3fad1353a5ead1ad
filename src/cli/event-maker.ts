/** Makes the events that `hookd send` sends out of what its options say: data, keys and headers of each. */
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { HookdError, messageOf } from "../errors.ts";
import { exampleData } from "../sender/example-events.ts";
import type { OutgoingEvent } from "../sender/sender.ts";
import type { SendTarget } from "./send-target.ts";

export interface EventOptions {
  /** JSON, or `@` and a file's name. */
  data?: string;
  /** False after `--no-key`. */
  key?: string | false;
  order?: string;
  header?: Readonly<Record<string, string>>;
}

/** A function from an event's number, from 1, to the event. Throws `ERR_USAGE` for data that cannot be sent. */
export function eventMaker(
  type: string,
  { data: given, key, order, header }: EventOptions,
  target: Pick<SendTarget, "source">,
): (number: number) => OutgoingEvent {
  const data = given === undefined ? exampleData(type) : readData(given, target);
  return (number) => ({
    type,
    data,
    ...(key === undefined ? {} : { key: key === false ? null : numbered(key, number) }),
    ...(order === undefined ? {} : { orderingKey: numbered(order, number) }),
    ...(header === undefined ? {} : { headers: numberedHeaders(header, number) }),
  });
}

function numbered(text: string, number: number): string {
  return text.replaceAll("{n}", String(number));
}

function numberedHeaders(headers: Readonly<Record<string, string>>, number: number): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, numbered(value, number)]));
}

/** As bytes: what is signed and sent should be what the file holds. */
function readData(option: string, { source }: Pick<SendTarget, "source">): Buffer {
  const bytes = option.startsWith("@") ? readDataFile(option.slice(1)) : Buffer.from(option);
  if (source?.data === "body") return bytes;
  try {
    JSON.parse(bytes.toString());
    return bytes;
  } catch (cause) {
    throw new HookdError("ERR_USAGE", `The text of --data is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function readDataFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new HookdError("ERR_USAGE", `Cannot read the file of --data: ${messageOf(cause)}`, { cause });
  }
}
