/** Makes the dead letter of a delivery, as CONTRACT section 8 has it. Pure. */
import type { DeadLetter, Delivery, Failure, RawHeaders, UnixMs } from "../model.ts";

/** The letter's id: one for each time that an event dies, and the same however often it is written. */
export function letterId(eventId: string, generation: number): string {
  return generation === 0 ? eventId : `${eventId}.${generation + 1}`;
}

export function toLetter(
  delivery: Delivery,
  why: { failure: Failure; attempts: number; failedAt: UnixMs; data: unknown },
): DeadLetter {
  const { event, generation } = delivery;
  return {
    id: letterId(event.id, generation),
    event: {
      id: event.id,
      source: event.source,
      type: event.type,
      key: event.key,
      received_at: new Date(event.receivedAt).toISOString(),
      headers: joinHeaders(event.headers),
      data: why.data,
    },
    error: why.failure.message,
    attempts: why.attempts,
    failed_at: new Date(why.failedAt).toISOString(),
  };
}

/** Lower-case names; repeated ones joined with ", " (RFC 9110 section 5.3). */
function joinHeaders(raw: RawHeaders): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase();
    headers[name] = name in headers ? `${headers[name]}, ${raw[i + 1]}` : raw[i + 1]!;
  }
  return headers;
}
