/** Data that the shipped handlers and schemas accept, so that `hookd send TYPE` works with nothing else said. */
import type { SourceConfig } from "../config.ts";
import { presetName, presetOf } from "../presets/registry.ts";
import { isTemplate, templateFits } from "./sender-places.ts";

const user = { user_id: "user_42", email: "ada@example.com" };
const order = {
  order_id: "order_7",
  user_id: "user_42",
  items: [{ sku: "book-1", quantity: 2, price: 12.5 }],
  total: 25,
};

const EXAMPLES: Readonly<Record<string, unknown>> = {
  "user.created": user,
  "user.updated": user,
  "user.deleted": { user_id: "user_42" },
  "order.placed": order,
  "order.completed": order,
  "payment.received": { payment_id: "payment_3", order_id: "order_7", user_id: "user_42", amount: 25, currency: "EUR" },
  "users.created": { ...user, metadata: { plan: "free" } },
  "users.updated": user,
  "users.deleted": { user_id: "user_42" },
  "orders.placed": order,
  "orders.shipped": order,
  "orders.delivered": order,
  "orders.cancelled": order,
  "ping": { zen: "Keep it logically awesome.", hook_id: 1 },
  "push": { ref: "refs/heads/main", commits: [], repository: { full_name: "ada/engine" }, pusher: { name: "ada" } },
  "payment_intent.succeeded": {
    object: "event",
    data: { object: { id: "pi_1", object: "payment_intent", amount: 2500, currency: "eur" } },
  },
  "AUTHORISATION": {
    NotificationRequestItem: {
      additionalData: {},
      amount: { value: 2500, currency: "EUR" },
      eventDate: "2026-01-02T03:04:05+00:00",
      merchantAccountCode: "Example",
      merchantReference: "order_7",
      success: "true",
    },
  },
  "invoice.paid": { data: { id: "invoice_9", amount: 2500, currency: "EUR" } },
};

/** Example data of a type; for one that hookd does not ship, a greeting. */
export function exampleData(type: string): unknown {
  return Object.hasOwn(EXAMPLES, type) ? EXAMPLES[type] : { message: "Hello from hookd send" };
}

/** Of senders whose types have a look of their own. */
const TYPES: Readonly<Record<string, string>> = {
  github: "ping",
  stripe: "payment_intent.succeeded",
  standard: "invoice.paid",
  svix: "invoice.paid",
  adyen: "AUTHORISATION",
};

/** A type that the source can carry. */
export function exampleType(source: Pick<SourceConfig, "type" | "preset">): string {
  const name = presetName(source.preset);
  const reference = source.type ?? presetOf(name)?.type ?? "";
  if (reference.startsWith("literal:")) return reference.slice("literal:".length);
  if (isTemplate(reference)) return Object.keys(EXAMPLES).find((type) => templateFits(reference, type)) ?? "example";
  return Object.hasOwn(TYPES, name) ? TYPES[name]! : "user.created";
}
