/** Bodies for the OpenAPI document, made from one example event by the functions that answer. */
import { Buffer } from "node:buffer";
import type { DeadLetter, EventRecord } from "../model.ts";
import type { Health } from "./admin-needs.ts";
import { detailOf, letterView, mailboxView, summaryOf } from "./event-view.ts";
import { createRedact } from "./redact.ts";
import { type Stats, Tally } from "./stats.ts";

const AT = Date.parse("2026-01-01T12:00:00Z");
const ID = "019abcde-f012-7345-8678-9abcdef01234";
const KEY = "0b8a5f6c-3a51-4c7e-9d53-6f1d4f6f2f11";
const DATA = { order_id: "order_7", user_id: "user_42", total: 25 };
const ERROR = "the shop answered 502";
const redact = createRedact([]);

const record: EventRecord = {
  event: {
    id: ID,
    source: "events",
    type: "order.placed",
    key: KEY,
    orderingKey: "user_42",
    headers: [
      "Content-Type",
      "application/json",
      "X-Idempotency-Key",
      KEY,
      "X-Webhook-Signature",
      "sha256=...",
    ],
    body: Buffer.from(JSON.stringify({ event_type: "order.placed", timestamp: "2026-01-01T12:00:00Z", data: DATA })),
    receivedAt: AT,
    sourceIp: "127.0.0.1",
    windowMs: 86_400_000,
  },
  state: "completed",
  attempts: [{ attempt: 1, startedAt: AT + 2, durationMs: 11, outcome: "ok" }],
  generation: 0,
  settledAt: AT + 14,
  result: '{"processed":true,"order_id":"order_7"}',
};

const letter: DeadLetter = {
  id: ID,
  event: {
    id: ID,
    source: "events",
    type: "order.placed",
    key: KEY,
    received_at: "2026-01-01T12:00:00.000Z",
    headers: { "content-type": "application/json", "x-webhook-signature": "sha256=..." },
    data: DATA,
  },
  error: ERROR,
  attempts: 3,
  failed_at: "2026-01-01T12:00:03.210Z",
};

export const SUMMARY = summaryOf(record);
export const DETAIL = detailOf(record, redact);
export const LETTER_ID = letter.id;
export const LETTER = letterView(letter, redact);
export const MAILBOX = mailboxView({
  key: "events:user_42",
  source: "events",
  orderingKey: "user_42",
  state: "retryable",
  waiting: 3,
});
export const STATS = exampleStats();
export const HEALTH: Health = {
  status: "ok",
  checks: {
    draining: { ok: true },
    store: { ok: true },
    queue: { ok: true, detail: "0 of 100000" },
    journal: { ok: true },
    dead_letters: { ok: true },
  },
};

function exampleStats(): Stats {
  const tally = new Tally();
  tally.received("order.placed");
  tally.received("user.created");
  tally.ended(true, 11);
  tally.ended(false, 9);
  return tally.stats();
}
