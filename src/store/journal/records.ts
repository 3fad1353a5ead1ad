/**
 * What a frame can say. Each record of an event names the event's own position and, but for the first, the
 * position of the record before it, so that the last record leads to all of them:
 *
 *   event <- attempt <- attempt <- outcome <- revive <- attempt <- outcome
 *
 *   event    kind 1 | flags | charged u16 | generation u16 | hash u32 | seq f64 | received f64 | due f64 | from f64 |
 *            mailbox f64 | id 16 | meta u32 | meta JSON | body
 *   attempt, outcome, revive
 *            kind 2 to 4 | flags | charged u16 | generation u16 | hash u32 | event f64 | previous f64 | at f64 |
 *            mailbox f64 | id 16 | JSON
 *   hold     kind 5 | JSON
 */
import { Buffer } from "node:buffer";
import type { AttemptRecord, Failure, HoldKind, NewEvent, StoredEvent, UnixMs } from "../../model.ts";
import { idFromBytes, writeId } from "../event-id.ts";
import { FRAME_HEADER_BYTES } from "./frame.ts";
import type { Position } from "./position.ts";

const EVENT = 1;
const ATTEMPT = 2;
const OUTCOME = 3;
const REVIVE = 4;
const HOLD = 5;

const EVENT_FIXED_BYTES = 70;
const STEP_FIXED_BYTES = 58;

/** An outcome that became a dead letter, or a moved event that had. */
const FLAG_DEAD = 1;
/** An outcome after which the key is free again. */
const FLAG_FREED = 2;

/** The first record of an event; after compaction also the only one, with all that the chain said. */
export interface EventEntry {
  kind: "event";
  id: string;
  /** Tag under which the index knows the event: of its key, or of its id when it holds no key. */
  hash: number;
  /** Order of acceptance; ascends over the whole journal. */
  seq: number;
  receivedAt: UnixMs;
  /** Attempts charged in this generation, when it was written. */
  charged: number;
  generation: number;
  /** Not before; 0 for at once. */
  dueAt: UnixMs;
  /** Where the event lay before compaction moved it; 0 if it never was. */
  from: Position;
  /** Number of its mailbox; 0 for none. */
  mailbox: number;
  dead: boolean;
}

/** A later record of an event. */
export interface StepEntry {
  kind: "attempt" | "outcome" | "revive";
  id: string;
  hash: number;
  /** Where the event's first record lies. */
  event: Position;
  /** The record before this one. */
  previous: Position;
  /** attempt: when the next one is due. outcome, revive: when it was. */
  at: UnixMs;
  charged: number;
  generation: number;
  mailbox: number;
  /** Only of outcomes: it became a dead letter. */
  dead: boolean;
  /** Only of outcomes: the sender was told of the failure, and the key is free again. */
  freed: boolean;
}

export interface HoldEntry {
  kind: "hold";
  source: string;
  orderingKey: string;
  hold: HoldKind | undefined;
}

export type Entry = EventEntry | StepEntry | HoldEntry;

/** What an outcome adds to its attempt. */
export interface StepDetail {
  attempt?: AttemptRecord | undefined;
  /** JSON text of the handler's result. */
  result?: string | undefined;
  failure?: Failure | undefined;
}

/** What a moved event says of the records that it replaces. */
export interface EventPast {
  attempts: AttemptRecord[];
  settledAt?: UnixMs;
  failure?: Failure;
}

interface EventMeta {
  source: string;
  type: string;
  key: string;
  order?: string | undefined;
  ip?: string | undefined;
  first?: number | undefined;
  window: number;
  replay?: string | undefined;
  headers: readonly string[];
  past?: EventPast | undefined;
}

/** A frame with room for its header in front. */
export function encodeEvent(entry: EventEntry, event: NewEvent, past?: EventPast, alloc = Buffer.allocUnsafe): Buffer {
  const meta = JSON.stringify(metaOf(event, past));
  const metaBytes = Buffer.byteLength(meta);
  const frame = alloc(FRAME_HEADER_BYTES + EVENT_FIXED_BYTES + metaBytes + event.body.length);
  let at = FRAME_HEADER_BYTES;
  at = frame.writeUInt8(EVENT, at);
  at = frame.writeUInt8(entry.dead ? FLAG_DEAD : 0, at);
  at = frame.writeUInt16LE(entry.charged, at);
  at = frame.writeUInt16LE(entry.generation, at);
  at = frame.writeUInt32LE(entry.hash, at);
  at = frame.writeDoubleLE(entry.seq, at);
  at = frame.writeDoubleLE(entry.receivedAt, at);
  at = frame.writeDoubleLE(entry.dueAt, at);
  at = frame.writeDoubleLE(entry.from, at);
  at = frame.writeDoubleLE(entry.mailbox, at);
  at = writeId(entry.id, frame, at);
  at = frame.writeUInt32LE(metaBytes, at);
  at += frame.write(meta, at);
  frame.set(event.body, at);
  return frame;
}

/** What is undefined is left out of the JSON. */
function metaOf(event: NewEvent, past: EventPast | undefined): EventMeta {
  return {
    source: event.source,
    type: event.type,
    key: event.key,
    order: event.orderingKey,
    ip: event.sourceIp,
    first: event.firstAttempt,
    window: event.windowMs,
    replay: event.replayOf,
    headers: event.headers,
    past,
  };
}

const STEP_KINDS = { attempt: ATTEMPT, outcome: OUTCOME, revive: REVIVE } as const;

/** `json`: a `StepDetail`. */
export function encodeStep(entry: StepEntry, json = "{}"): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + STEP_FIXED_BYTES + Buffer.byteLength(json));
  let at = FRAME_HEADER_BYTES;
  at = frame.writeUInt8(STEP_KINDS[entry.kind], at);
  at = frame.writeUInt8((entry.dead ? FLAG_DEAD : 0) | (entry.freed ? FLAG_FREED : 0), at);
  at = frame.writeUInt16LE(entry.charged, at);
  at = frame.writeUInt16LE(entry.generation, at);
  at = frame.writeUInt32LE(entry.hash, at);
  at = frame.writeDoubleLE(entry.event, at);
  at = frame.writeDoubleLE(entry.previous, at);
  at = frame.writeDoubleLE(entry.at, at);
  at = frame.writeDoubleLE(entry.mailbox, at);
  at = writeId(entry.id, frame, at);
  frame.write(json, at);
  return frame;
}

export function encodeHold(entry: Omit<HoldEntry, "kind">): Buffer {
  const json = JSON.stringify(entry);
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + 1 + Buffer.byteLength(json));
  frame.writeUInt8(HOLD, FRAME_HEADER_BYTES);
  frame.write(json, FRAME_HEADER_BYTES + 1);
  return frame;
}

/** The fixed part of an intact frame; undefined for a kind that this version does not know. */
export function decodeEntry(frame: Buffer): Entry | undefined {
  const at = FRAME_HEADER_BYTES;
  switch (frame[at]) {
    case EVENT:
      return {
        kind: "event",
        dead: (frame[at + 1]! & FLAG_DEAD) !== 0,
        charged: frame.readUInt16LE(at + 2),
        generation: frame.readUInt16LE(at + 4),
        hash: frame.readUInt32LE(at + 6),
        seq: frame.readDoubleLE(at + 10),
        receivedAt: frame.readDoubleLE(at + 18),
        dueAt: frame.readDoubleLE(at + 26),
        from: frame.readDoubleLE(at + 34),
        mailbox: frame.readDoubleLE(at + 42),
        id: idFromBytes(frame.subarray(at + 50, at + 66)),
      };
    case ATTEMPT:
    case OUTCOME:
    case REVIVE:
      return {
        kind: frame[at] === ATTEMPT ? "attempt" : frame[at] === OUTCOME ? "outcome" : "revive",
        dead: (frame[at + 1]! & FLAG_DEAD) !== 0,
        freed: (frame[at + 1]! & FLAG_FREED) !== 0,
        charged: frame.readUInt16LE(at + 2),
        generation: frame.readUInt16LE(at + 4),
        hash: frame.readUInt32LE(at + 6),
        event: frame.readDoubleLE(at + 10),
        previous: frame.readDoubleLE(at + 18),
        at: frame.readDoubleLE(at + 26),
        mailbox: frame.readDoubleLE(at + 34),
        id: idFromBytes(frame.subarray(at + 42, at + 58)),
      };
    case HOLD:
      return { kind: "hold", ...JSON.parse(frame.toString("utf8", at + 1)) };
    default:
      return undefined;
  }
}

/** The event itself, bytes and all, out of an event frame; the body is a view of the frame. */
export function decodeEvent(frame: Buffer): { event: StoredEvent; past?: EventPast } {
  const fixed = decodeEntry(frame) as EventEntry;
  const metaAt = FRAME_HEADER_BYTES + EVENT_FIXED_BYTES;
  const bodyAt = metaAt + frame.readUInt32LE(metaAt - 4);
  const meta = JSON.parse(frame.toString("utf8", metaAt, bodyAt)) as EventMeta;
  const event: StoredEvent = {
    id: fixed.id,
    source: meta.source,
    type: meta.type,
    key: meta.key,
    ...(meta.order !== undefined && { orderingKey: meta.order }),
    headers: meta.headers,
    body: frame.subarray(bodyAt),
    receivedAt: fixed.receivedAt,
    ...(meta.ip !== undefined && { sourceIp: meta.ip }),
    ...(meta.first !== undefined && { firstAttempt: meta.first }),
    windowMs: meta.window,
    ...(meta.replay !== undefined && { replayOf: meta.replay }),
  };
  return { event, ...(meta.past && { past: meta.past }) };
}

/** The detail behind the fixed part of an attempt, outcome or revive frame. */
export function decodeDetail(frame: Buffer): StepDetail {
  return JSON.parse(frame.toString("utf8", FRAME_HEADER_BYTES + STEP_FIXED_BYTES)) as StepDetail;
}
