import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import { momentOf } from "../../../src/store/event-id.ts";
import { FRAME_HEADER_BYTES } from "../../../src/store/journal/frame.ts";
import { EntryReader, placeOf } from "../../../src/store/journal/read-entry.ts";
import {
  decodeEntry,
  encodeEvent,
  encodeHold,
  encodeStep,
  type Entry,
  type EventEntry,
  type StepEntry,
} from "../../../src/store/journal/records.ts";
import { anEvent } from "../../support/an-event.ts";

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const id = fc.uuid({ version: 7 });

const anyEvent: fc.Arbitrary<EventEntry> = fc.record({
  kind: fc.constant("event" as const),
  ...{ id, hash: u32, seq: whole, receivedAt: whole, charged: u16, generation: u16 },
  ...{ dueAt: whole, from: whole, mailbox: whole, dead: fc.boolean() },
});
const anyStep: fc.Arbitrary<StepEntry> = fc.record({
  kind: fc.constantFrom("attempt", "outcome", "revive"),
  ...{ id, hash: u32, event: whole, previous: whole, at: whole, charged: u16, generation: u16 },
  ...{ mailbox: whole, dead: fc.boolean(), freed: fc.boolean() },
});

/** What the reader says, told by the names that `decodeEntry` uses. */
function read(reader: EntryReader, frame: Buffer, like: Entry) {
  const found = reader.read(placeOf(frame, 4711));
  return found && Object.fromEntries(Object.keys(like).map((name) => [name, found[name as keyof typeof found]]));
}

describe("reading a record without an object for it", () => {
  it("says of any record what `decodeEntry` does, also of one after another", () => {
    const reader = new EntryReader();
    fc.assert(fc.property(fc.oneof(anyEvent, anyStep), (entry) => {
      const frame = entry.kind === "event" ? encodeEvent(entry, anEvent()) : encodeStep(entry);
      assert.deepEqual(read(reader, frame, entry), decodeEntry(frame));
      assert.deepEqual({ ...decodeEntry(frame) }, { ...entry });
    }));
  });

  it("reads the time in an event's id", () => {
    const reader = new EntryReader();
    fc.assert(fc.property(anyEvent, (entry) => {
      const found = reader.read(placeOf(encodeEvent(entry, anEvent()), 1));
      assert.ok(found?.kind === "event");
      assert.deepEqual({ ms: found.idMs, counter: found.idCounter }, momentOf(entry.id));
    }));
  });

  it("reads a hold whole, wherever it lies in the bytes", () => {
    const frame = encodeHold({ source: "s", orderingKey: "ö", hold: "paused" });
    const bytes = Buffer.concat([Buffer.alloc(7), frame, Buffer.alloc(9, 1)]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const place = { bytes, view, at: 7 + FRAME_HEADER_BYTES, frameBytes: frame.length, position: 1 };
    assert.deepEqual(new EntryReader().read(place), decodeEntry(frame));
  });

  it("knows no record of a later kind", () => {
    assert.equal(new EntryReader().read(placeOf(Buffer.alloc(FRAME_HEADER_BYTES + 80, 99), 1)), undefined);
  });
});
