/**
 * From the bytes that crossed to the thread to the event that a handler is given. Parsing happens here, in the
 * worker, and reads own properties only: a payload with `__proto__` or `constructor` reaches nothing.
 */
import type { HandlerEvent } from "../../handler.ts";
import { pointerSteps } from "../../json-pointer.ts";
import type { RawHeaders } from "../../model.ts";
import type { RunRequest } from "../protocol.ts";

export function handlerEvent(request: RunRequest): HandlerEvent {
  return {
    id: request.id,
    source: request.source,
    type: request.type,
    idempotencyKey: request.key,
    orderingKey: request.orderingKey,
    receivedAt: new Date(request.receivedAt),
    headers: joinHeaders(request.headers),
    data: dataOf(request.body, request.dataPointer),
    rawBody: request.body,
  };
}

/** Names in lower case, repeated ones joined with ", " (RFC 9110, 5.3), without a prototype. */
export function joinHeaders(headers: RawHeaders): Record<string, string> {
  const joined: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    const before = joined[name];
    joined[name] = before === undefined ? headers[i + 1]! : `${before}, ${headers[i + 1]}`;
  }
  return joined;
}

const utf8 = new TextDecoder();

/** The body as text where no pointer is given or where it is not JSON; undefined where the pointer leads nowhere. */
export function dataOf(body: Uint8Array, pointer: string | undefined): unknown {
  const text = utf8.decode(body);
  if (pointer === undefined) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return follow(value, pointer);
}

function follow(value: unknown, pointer: string): unknown {
  for (const name of pointerSteps(pointer)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
