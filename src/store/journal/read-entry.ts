/**
 * Reads the fixed part of a record without an object for each: a start reads millions. The same as `decodeEntry` of
 * records.ts, where the layout stands; an id is made text only where somebody asks for it.
 */
import { Buffer } from "node:buffer";
import { idFromBytes } from "../event-id.ts";
import type { Position } from "./position.ts";
import { decodeEntry, type EventEntry, type HoldEntry, type StepEntry } from "./records.ts";
import { FRAME_HEADER_BYTES } from "./frame.ts";

const KINDS = [undefined, "event", "attempt", "outcome", "revive", "hold"] as const;
const EVENT_ID_AT = 50;
const STEP_ID_AT = 42;
const ID_BYTES = 16;

/** Where a record's bytes are in memory, and where its frame lies in the journal. */
export interface RecordPlace {
  bytes: Buffer;
  /** Of the same bytes. */
  view: DataView;
  /** Index in `bytes` of the record's first byte. */
  at: number;
  /** Of the whole frame, with its header. */
  frameBytes: number;
  position: Position;
}

class ReadEvent implements EventEntry {
  readonly kind = "event";
  hash = 0;
  seq = 0;
  receivedAt = 0;
  charged = 0;
  generation = 0;
  dueAt = 0;
  from = 0;
  mailbox = 0;
  dead = false;
  /** The time in the id, as `momentOf` reads it. */
  idMs = 0;
  idCounter = 0;
  bytes: Buffer = Buffer.alloc(0);
  at = 0;

  get id(): string {
    return idFromBytes(this.bytes.subarray(this.at + EVENT_ID_AT, this.at + EVENT_ID_AT + ID_BYTES));
  }
}

class ReadStep implements StepEntry {
  kind: StepEntry["kind"] = "attempt";
  hash = 0;
  event = 0;
  previous = 0;
  at = 0;
  charged = 0;
  generation = 0;
  mailbox = 0;
  dead = false;
  freed = false;
  bytes: Buffer = Buffer.alloc(0);
  recordAt = 0;

  get id(): string {
    return idFromBytes(this.bytes.subarray(this.recordAt + STEP_ID_AT, this.recordAt + STEP_ID_AT + ID_BYTES));
  }
}

/** Length of a record up to where its JSON begins, or whole for a hold; 0 for a kind that this version does not know. */
export function fixedBytesOf(kind: number, recordBytes: number): number {
  switch (KINDS[kind]) {
    case "event":
      return EVENT_ID_AT + ID_BYTES;
    case "attempt":
    case "outcome":
    case "revive":
      return STEP_ID_AT + ID_BYTES;
    case "hold":
      return recordBytes;
    case undefined:
      return 0;
  }
}

/** The record of a frame that stands alone. */
export function placeOf(frame: Buffer, position: Position): RecordPlace {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  return { bytes: frame, view, at: FRAME_HEADER_BYTES, frameBytes: frame.length, position };
}

export class EntryReader {
  readonly #event = new ReadEvent();
  readonly #step = new ReadStep();

  /** Undefined for a kind that this version does not know. What is returned is valid until the next call. */
  read(place: RecordPlace): ReadEvent | StepEntry | HoldEntry | undefined {
    const { bytes, at } = place;
    const kind = KINDS[bytes[at]!];
    switch (kind) {
      case "event":
        return this.#readEvent(place);
      case "attempt":
      case "outcome":
      case "revive":
        return this.#readStep(place, kind);
      case "hold":
        return decodeEntry(
          bytes.subarray(at - FRAME_HEADER_BYTES, at - FRAME_HEADER_BYTES + place.frameBytes),
        ) as HoldEntry;
      case undefined:
        return undefined;
    }
  }

  #readEvent({ bytes, view, at }: RecordPlace): ReadEvent {
    const entry = this.#event;
    entry.dead = (bytes[at + 1]! & 1) !== 0;
    entry.charged = view.getUint16(at + 2, true);
    entry.generation = view.getUint16(at + 4, true);
    entry.hash = view.getUint32(at + 6, true);
    entry.seq = view.getFloat64(at + 10, true);
    entry.receivedAt = view.getFloat64(at + 18, true);
    entry.dueAt = view.getFloat64(at + 26, true);
    entry.from = view.getFloat64(at + 34, true);
    entry.mailbox = view.getFloat64(at + 42, true);
    entry.idMs = view.getUint32(at + EVENT_ID_AT) * 2 ** 16 + view.getUint16(at + EVENT_ID_AT + 4);
    entry.idCounter = view.getUint16(at + EVENT_ID_AT + 6) & 0xfff;
    entry.bytes = bytes;
    entry.at = at;
    return entry;
  }

  #readStep({ bytes, view, at }: RecordPlace, kind: StepEntry["kind"]): StepEntry {
    const entry = this.#step;
    entry.kind = kind;
    entry.dead = (bytes[at + 1]! & 1) !== 0;
    entry.freed = (bytes[at + 1]! & 2) !== 0;
    entry.charged = view.getUint16(at + 2, true);
    entry.generation = view.getUint16(at + 4, true);
    entry.hash = view.getUint32(at + 6, true);
    entry.event = view.getFloat64(at + 10, true);
    entry.previous = view.getFloat64(at + 18, true);
    entry.at = view.getFloat64(at + 26, true);
    entry.mailbox = view.getFloat64(at + 34, true);
    entry.bytes = bytes;
    entry.recordAt = at;
    return entry;
  }
}
