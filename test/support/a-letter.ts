/** Builder of dead letters. */
import type { DeadLetter } from "../../src/model.ts";

let serial = 0;

export function aLetter(
  over: Partial<Omit<DeadLetter, "event">> & { event?: Partial<DeadLetter["event"]> } = {},
): DeadLetter {
  serial += 1;
  const id = over.id ?? `018bcfe5-6800-7000-8000-${String(serial).padStart(12, "0")}`;
  return {
    id,
    error: "it failed",
    attempts: 3,
    failed_at: "2023-11-14T22:13:25.000Z",
    ...over,
    event: {
      id: id.slice(0, 36),
      source: "events",
      type: "order.placed",
      key: `key-${serial}`,
      received_at: "2023-11-14T22:13:20.000Z",
      headers: { "content-type": "application/json" },
      data: { n: serial },
      ...over.event,
    },
  };
}
