/**
 * Finds the last record of an event by its id: the id's moment names a block of 64 KB, the event's record in
 * it names its tag in the index, and the index leads to the last record. Moved events are known by their id.
 */
import type { Buffer } from "node:buffer";
import { idToBytes, isEventId, momentOf } from "../event-id.ts";
import { idHash } from "../hash.ts";
import { FRAME_MAGIC_BYTES, frameLength, isFrameIntact } from "./frame.ts";
import type { JournalState } from "./journal-state.ts";
import { offsetOf, type Position, positionOf, segmentOf } from "./position.ts";
import { decodeEntry, type EventEntry } from "./records.ts";

/** Undefined when there is no such event, or retention has taken it. Rejects when the disk does. */
export async function locateEvent(state: JournalState, eventId: string): Promise<Position | undefined> {
  if (!isEventId(eventId)) return undefined;
  // First: as long as the segment that it was moved from is still there, its old records are there, too.
  const moved = await lastOf(state, { eventId, hash: idHash(eventId, state.seed) });
  if (moved !== undefined) return moved;
  const entry = await findInBlock(state, eventId);
  return entry && await lastOf(state, { eventId, hash: entry.hash });
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

/** The intact frames of a block, in order, also those behind damage. */
export async function readBlockFrames(
  state: JournalState,
  block: number,
): Promise<{ frame: Buffer; position: Position }[]> {
  const { start, end } = state.blocks.block(block);
  const segment = segmentOf(start);
  const bytes = await state.segments.readBlock(start, end);
  const frames: { frame: Buffer; position: Position }[] = [];
  for (let at = 0; at >= 0 && at < bytes.length;) {
    const frame = bytes.subarray(at, at + frameLength(bytes, at));
    if (isFrameIntact(frame, segment)) {
      frames.push({ frame, position: positionOf(segment, offsetOf(start) + at) });
      at += frame.length;
    } else at = bytes.indexOf(FRAME_MAGIC_BYTES, at + 1);
  }
  return frames;
}
