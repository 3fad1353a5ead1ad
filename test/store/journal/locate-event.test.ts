import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { segmentPath } from "../../../src/store/journal/disk.ts";
import { sealFrame } from "../../../src/store/journal/frame.ts";
import { JournalState } from "../../../src/store/journal/journal-state.ts";
import { locateEvent, readBlockFrames } from "../../../src/store/journal/locate-event.ts";
import { type Position, positionOf } from "../../../src/store/journal/position.ts";
import { decodeEntry, encodeEvent, encodeStep, type EventEntry } from "../../../src/store/journal/records.ts";
import { Segments } from "../../../src/store/journal/segments.ts";
import { idHash, keyHash } from "../../../src/store/hash.ts";
import { aStoredEvent } from "../../support/an-event.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const FOLDER = "/journal";
const SEED = 1;
const FROM = 80;

/** A journal of one segment; each frame that is written is applied, too. */
async function aJournalOf() {
  const disk = new FaultDisk();
  const file = await disk.create(segmentPath(FOLDER, 1));
  const segments = new Segments(disk, FOLDER);
  const segment = { number: 1, end: FROM, newestAt: 0 };
  segments.add(segment);
  const state = new JournalState({ segments, seed: SEED, keepMs: 1000 });
  const write = async (frame: Buffer): Promise<Position> => {
    const position = positionOf(1, segment.end);
    sealFrame(frame, { segment: 1, commit: segment.end });
    await file.writeDurably([frame], segment.end);
    segment.end += frame.length;
    state.apply(decodeEntry(frame)!, { position, frameBytes: frame.length });
    return position;
  };
  const spoil = (position: Position) => void (disk.bytesOf(segmentPath(FOLDER, 1))[position % 2 ** 32 + 20]! ^= 1);
  return { state, write, spoil };
}

const event = aStoredEvent();
const later = aStoredEvent({ id: "018bcfe5-6800-7001-8000-000000000009" });

function entryOf(of = event, over: Partial<EventEntry> = {}): EventEntry {
  const counts = { seq: 1, receivedAt: 1, charged: 0, generation: 0, dueAt: 0, mailbox: 0, from: 0, dead: false };
  return { kind: "event", id: of.id, hash: keyHash(of, SEED), ...counts, ...over };
}

function outcome(first: Position): Buffer {
  const { id, hash } = entryOf();
  const counts = { at: 2, charged: 1, generation: 0, mailbox: 0, dead: false, freed: false };
  return encodeStep({ kind: "outcome", id, hash, event: first, previous: first, ...counts });
}

describe("an event is located", () => {
  it("by its id, at its last record", async () => {
    const { state, write } = await aJournalOf();
    const first = await write(encodeEvent(entryOf(), event));
    assert.equal(await locateEvent(state, event.id), first);
    assert.equal(await locateEvent(state, event.id), first);
    const last = await write(outcome(first));
    assert.equal(await locateEvent(state, event.id), last);
  });

  it("at its copy, also while its old records are still there", async () => {
    const { state, write } = await aJournalOf();
    const first = await write(encodeEvent(entryOf(), event));
    const moved = entryOf(event, { hash: idHash(event.id, SEED), from: first });
    assert.equal(await locateEvent(state, event.id), first);
    const copy = await write(encodeEvent(moved, event));
    assert.equal(await locateEvent(state, event.id), copy);
  });

  it("behind damage in its block", async () => {
    const { state, write, spoil } = await aJournalOf();
    const first = await write(encodeEvent(entryOf(), event));
    const second = await write(encodeEvent(entryOf(later, { seq: 2 }), later));
    spoil(first);
    assert.equal(await locateEvent(state, later.id), second);
    assert.equal(await locateEvent(state, event.id), undefined);
    assert.deepEqual((await readBlockFrames(state, 0)).map(({ position }) => position), [second]);
  });

  it("not by an id that nobody gave, or that is none", async () => {
    const { state, write } = await aJournalOf();
    for (let empty = 0; empty < 2; empty++) {
      for (const id of ["018bcfe5-6800-7000-8000-000000ffffff", "008bcfe5-6800-7000-8000-000000000001", "", "x"]) {
        assert.equal(await locateEvent(state, id), undefined, id);
      }
      await write(encodeEvent(entryOf(), event));
    }
  });
});
