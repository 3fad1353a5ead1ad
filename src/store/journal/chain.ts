/**
 * Follows the records of one event from the last back to the first, and reads them as an `EventRecord`.
 */
import type { EventRecord, StoredEvent } from "../../model.ts";
import type { Position } from "./position.ts";
import {
  decodeDetail,
  decodeEntry,
  decodeEvent,
  type EventEntry,
  type EventPast,
  type StepDetail,
  type StepEntry,
} from "./records.ts";
import type { Segments } from "./segments.ts";

/** All records of an event. */
export interface Chain {
  position: Position;
  entry: EventEntry;
  event: StoredEvent;
  /** What a moved event remembers of the records before it moved. */
  past: EventPast | undefined;
  /** Oldest first. */
  steps: { entry: StepEntry; detail: StepDetail }[];
}

/** Undefined if the event or its last record is gone or damaged. One in between that is damaged is left out. */
export async function readChain(segments: Segments, last: Position): Promise<Chain | undefined> {
  const steps: Chain["steps"] = [];
  let position = last;
  for (;;) {
    const frame = await segments.readFrame(position);
    const entry = frame && decodeEntry(frame);
    if (frame === undefined || entry === undefined || entry.kind === "hold") {
      const event = steps.at(-1)?.entry.event ?? position;
      if (event >= position) return undefined;
      position = event;
      continue;
    }
    if (entry.kind === "event") {
      const { event, past } = decodeEvent(frame);
      return { position, entry, event, past, steps: steps.reverse() };
    }
    steps.push({ entry, detail: decodeDetail(frame) });
    // A record points back; anything else is damage, and following it could go round for ever.
    if (entry.previous >= position) return undefined;
    position = entry.previous;
  }
}

/** The last word on whether the event is settled, and how. */
function chainState(chain: Chain): "available" | "retryable" | "completed" | "dead" {
  const last = chain.steps.at(-1)?.entry;
  if (last === undefined) {
    if (chain.entry.dead) return "dead";
    return chain.entry.charged > 0 ? "retryable" : "available";
  }
  switch (last.kind) {
    case "attempt":
      return "retryable";
    case "revive":
      return "available";
    case "outcome":
      return last.dead || last.freed ? "dead" : "completed";
  }
}

/** Whether the event still holds its idempotency key. */
export function holdsKey(chain: Chain): boolean {
  return chain.event.replayOf === undefined && chain.steps.at(-1)?.entry.freed !== true;
}

export function toRecord(chain: Chain, running: boolean): EventRecord {
  const state = chainState(chain);
  const last = chain.steps.at(-1);
  const settledAt = state === "completed" || state === "dead" ? last?.entry.at ?? chain.past?.settledAt : undefined;
  const nextAttemptAt = state !== "retryable" ? undefined : last?.entry.at ?? chain.entry.dueAt;
  const failure = state === "retryable" || state === "dead" ? last?.detail.failure ?? chain.past?.failure : undefined;
  return {
    event: chain.event,
    state: running ? "running" : state,
    attempts: [...chain.past?.attempts ?? [], ...chain.steps.flatMap(({ detail }) => detail.attempt ?? [])],
    generation: last?.entry.generation ?? chain.entry.generation,
    ...(settledAt !== undefined && { settledAt }),
    ...(last?.detail.result !== undefined && { result: last.detail.result }),
    ...(failure !== undefined && { failure }),
    ...(nextAttemptAt !== undefined && !running && { nextAttemptAt }),
  };
}
