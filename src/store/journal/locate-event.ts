/**
 * Finds the last record of an event by its id: the id's moment names a block of 64 KB, the event's record in
 * it names its tag in the index, and the index leads to the last record. Moved events are known by their id.
 */
import type { Buffer } from "node:buffer";
import { idToBytes, isEventId, momentOf } from "../event-id.ts";
import { idHash } from "../hash.ts";
import { frameLength, isFrameIntact } from "./frame.ts";
import type { JournalState } from "./journal-state.ts";
import { offsetOf, type Position, positionOf, segmentOf } from "./position.ts";
import { decodeEntry, type EventEntry } from "./records.ts";

/** Undefined when there is no such event, or retention has taken it. Rejects when the disk does. */
export async function locateEvent(state: JournalState, eventId: string): Promise<Position | undefined> {
  if (!isEventId(eventId)) return undefined;
  const entry = await findInBlock(state, eventId);
  const byTag = entry && await lastOf(state, { eventId, hash: entry.hash });
  return byTag ?? (await lastOf(state, { eventId, hash: idHash(eventId, state.seed) }));
}

async function findInBlock(state: JournalState, eventId: string): Promise<EventEntry | undefined> {
  const block = state.blocks.blockOf(momentOf(eventId));
  if (block < 0) return undefined;
  const id = idToBytes(eventId);
  for (const { frame } of await readBlockFrames(state, block)) {
    // Comparing bytes spares making a string of every id in the block.
    if (!frame.includes(id)) continue;
    const entry = decodeEntry(frame);
    if (entry?.kind === "event" && entry.id === eventId) return entry;
  }
  return undefined;
}

async function lastOf(state: JournalState, event: { eventId: string; hash: number }): Promise<Position | undefined> {
  for (const position of state.keys.candidates(event.hash, state.segments.newest?.number ?? 0)) {
    const frame = await state.segments.readFrame(position);
    const entry = frame && decodeEntry(frame);
    if (entry !== undefined && entry.kind !== "hold" && entry.id === event.eventId) return position;
  }
  return undefined;
}

/** The intact frames of a block, in order. */
export async function readBlockFrames(
  state: JournalState,
  block: number,
): Promise<{ frame: Buffer; position: Position }[]> {
  const { start, end } = state.blocks.block(block);
  const segment = segmentOf(start);
  const bytes = await state.segments.readBlock(start, end);
  const frames: { frame: Buffer; position: Position }[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = frameLength(bytes, at);
    if (length === 0 || at + length > bytes.length) break;
    const frame = bytes.subarray(at, at + length);
    if (!isFrameIntact(frame, segment)) break;
    frames.push({ frame, position: positionOf(segment, offsetOf(start) + at) });
    at += length;
  }
  return frames;
}
