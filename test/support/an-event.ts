/** Builders: a test states only what it is about. */
import { Buffer } from "node:buffer";
import type { Delivery, NewEvent, StoredEvent } from "../../src/model.ts";

let serial = 0;

export function anEvent(over: Partial<NewEvent> = {}): NewEvent {
  serial += 1;
  return {
    source: "events",
    type: "order.placed",
    key: `key-${serial}`,
    headers: ["Content-Type", "application/json"],
    body: Buffer.from(JSON.stringify({ n: serial })),
    receivedAt: 1_700_000_000_000,
    windowMs: 86_400_000,
    ...over,
  };
}

export function aStoredEvent(over: Partial<StoredEvent> = {}): StoredEvent {
  const event = anEvent(over);
  return { id: `018bcfe5-6800-7000-8000-${String(serial).padStart(12, "0")}`, ...event, ...over };
}

export function aDelivery(over: Partial<Delivery> = {}): Delivery {
  return { event: aStoredEvent(), attempt: 1, generation: 0, ...over };
}
