/**
 * Who a verified event is: its type, the key by which a repeat is known, and the key that orders it. What
 * comes out is short, printable and unambiguous, because it goes into logs, metrics and files.
 */
import { createHash } from "node:crypto";
import { headerOf, REPEATED } from "./headers.ts";
import { type Refusal, refuse } from "./problem.ts";
import { type Received, textAt } from "./received.ts";
import type { Route } from "./routes.ts";

export interface Identity {
  kind: "identified";
  type: string;
  key: string;
  orderingKey: string | undefined;
  /** Which attempt the first run is: 1, unless the sender counts. */
  firstAttempt: number;
}

/** Longest event type, in UTF-16 units. */
export const TYPE_LENGTH_MAX = 200;
/** Longest idempotency key and ordering key, in UTF-16 units. */
export const KEY_LENGTH_MAX = 500;
/** The most retries that a sender may count; the most attempts that a source may set. */
const RETRY_COUNT_MAX = 1000;

export function identify(route: Route, received: Received): Identity | Refusal {
  const type = textAt(route.type, received);
  if (type.kind === "refused") return type;
  if (type.kind === "absent") return refuse("event_type_missing", "The event has no type");
  const key = keyOf(route, received);
  if (typeof key !== "string") return key;
  const order = route.order && textAt(route.order, received);
  if (order?.kind === "refused") return order;
  const orderingKey = order?.kind === "text" ? order.text : undefined;
  const firstAttempt = route.mode === "sender-retry" ? attemptOf(received) : 1;
  if (typeof firstAttempt !== "number") return firstAttempt;
  return unfit("event type", type.text, TYPE_LENGTH_MAX) ??
    unfit("idempotency key", key, KEY_LENGTH_MAX) ??
    unfit("ordering key", orderingKey ?? "", KEY_LENGTH_MAX) ??
    { kind: "identified", type: type.text, key, orderingKey, firstAttempt };
}

/** All references that find a key must agree; when none does, the body is its own key. */
function keyOf(route: Route, received: Received): string | Refusal {
  let key: string | undefined;
  for (const reference of route.keys) {
    const found = textAt(reference, received);
    if (found.kind === "refused") return found;
    if (found.kind === "absent") continue;
    if (key !== undefined && key !== found.text) {
      return refuse("conflicting_keys", "The event has two different idempotency keys");
    }
    key = found.text;
  }
  return key ?? createHash("sha256").update(received.body).digest("hex");
}

/**
 * `X-Retry-Count` plus one. Absent is 0; what is no count is refused and not taken for 0, or a sender that
 * counts wrongly would be told to try again for ever.
 */
function attemptOf(received: Received): number | Refusal {
  const value = headerOf(received.headers, "x-retry-count");
  if (value === undefined) return 1;
  if (value === REPEATED || !/^\d{1,4}$/.test(value) || Number(value) > RETRY_COUNT_MAX) {
    return refuse("invalid_retry_count", `X-Retry-Count is not one whole number from 0 to ${RETRY_COUNT_MAX}`);
  }
  return Number(value) + 1;
}

// Lone surrogates (Cs) all become one replacement character when written: two keys would be one.
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

function unfit(what: string, text: string, lengthMax: number): Refusal | undefined {
  if (text.length > lengthMax) return refuse("invalid_value", `The ${what} is longer than ${lengthMax} characters`);
  if (UNPRINTABLE.test(text)) return refuse("invalid_value", `The ${what} has control characters or half characters`);
  return undefined;
}
