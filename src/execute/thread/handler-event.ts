/**
 * From the bytes that crossed to the thread to the event that a handler is given. Parsing happens here, in the
 * worker, and reads own properties only: a payload with `__proto__` or `constructor` reaches nothing.
 */
import type { HandlerEvent } from "../../handler.ts";
import { pointerSteps } from "../../json-pointer.ts";
import type { RawHeaders } from "../../model.ts";
import type { RunRequest } from "../protocol.ts";
import { HEADER_END } from "../run-batch.ts";
import { lazyProperty } from "./lazy-property.ts";

/** The event of a request. Headers and raw body are made when the handler asks for them: most do not. */
export function handlerEvent(request: RunRequest): HandlerEvent {
  return new LazyEvent(request) as LazyEvent & HandlerEvent;
}

class LazyEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly idempotencyKey: string;
  readonly orderingKey: string | undefined;
  readonly receivedAt: Date;
  readonly data: unknown;
  readonly #request: RunRequest;

  constructor(request: RunRequest) {
    this.id = request.id;
    this.source = request.source;
    this.type = request.type;
    this.idempotencyKey = request.key;
    this.orderingKey = request.orderingKey;
    this.receivedAt = new Date(request.receivedAt);
    this.data = dataOf(request.body, request.dataPointer);
    this.#request = request;
    Object.defineProperty(this, "headers", LazyEvent.#headers);
    Object.defineProperty(this, "rawBody", LazyEvent.#rawBody);
  }

  // Properties of the event itself, so that `{ ...event }` and JSON have them; the descriptors are shared.
  static readonly #headers = lazyProperty(
    "headers",
    (event: LazyEvent) => joinHeaders(event.#request.headers.split(HEADER_END)),
  );
  /** A copy: the buffer behind it holds the bodies of other events, too. */
  static readonly #rawBody = lazyProperty("rawBody", (event: LazyEvent) => new Uint8Array(event.#request.body));
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
