import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { FRAME_HEADER_BYTES, placeFrames } from "../../../src/store/journal/frame.ts";
import { decodeEntry, encodeEvent, encodeHold, encodeStep } from "../../../src/store/journal/records.ts";
import { scanPlaces } from "../../../src/store/journal/scan.ts";
import { checkSummary, readSummary, SummaryWriter } from "../../../src/store/journal/segment-summary.ts";
import { EntryReader } from "../../../src/store/journal/read-entry.ts";
import { anEvent } from "../../support/an-event.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const FROM = 80;
const ID = "018bcfe5-6800-7000-8000-000000000001";
const COMMON = { id: ID, hash: 7, charged: 1, generation: 2, mailbox: 2 ** 50, dead: false };
const EVENT = { ...COMMON, kind: "event" as const, seq: 3, receivedAt: 4, dueAt: 5, from: 6 };
const STEP = { ...COMMON, kind: "outcome" as const, event: 8, previous: 9, at: 10, freed: true };

const frames = () => [
  encodeEvent(EVENT, anEvent({ body: Buffer.alloc(5000, 1) })),
  encodeHold({ source: "s", orderingKey: "ö".repeat(20), hold: "parked" }),
  encodeStep({ ...STEP, kind: "attempt" }, JSON.stringify({ result: "x".repeat(300) })),
  encodeStep(STEP),
];

async function summarized(all: readonly Buffer[]) {
  const { positions, bytes } = placeFrames(all, { segment: 4, commit: FROM });
  const file = await new FaultDisk().create("/4");
  await file.writeDurably([Buffer.alloc(FROM), ...all], 0);
  const writer = new SummaryWriter();
  const segment = { number: 4, end: FROM + bytes, seed: 99 };
  await scanPlaces(file, { segment: 4, from: FROM, to: segment.end }, (scanned) => writer.add(scanned));
  return { summary: writer.finish(segment), segment, positions };
}

describe("a summary", () => {
  it("says of each record what the segment does: the fixed part, where it lies, how long it is", async () => {
    const all = frames();
    const { summary, positions } = await summarized(all);
    const reader = new EntryReader();
    let index = 0;
    readSummary(summary!, 4, (place) => {
      const expected = decodeEntry(all[index]!)!;
      const found = reader.read(place)!;
      for (const [name, value] of Object.entries(expected)) {
        assert.equal(found[name as keyof typeof found], value, name);
      }
      assert.deepEqual([place.position, place.frameBytes], [positions[index], all[index]!.length]);
      index += 1;
    });
    assert.equal(index, all.length);
    assert.ok(summary!.length < 600, "without bodies and results");
  });

  it("grows with its segment", async () => {
    const count = 3000;
    const { summary, positions } = await summarized(Array.from({ length: count }, () => encodeStep(STEP)));
    const found: number[] = [];
    readSummary(summary!, 4, ({ position }) => found.push(position));
    assert.deepEqual(found, positions);
  });

  it("is of one segment with one end in one journal, and knows the segment's last frame", async () => {
    const all = frames();
    const { summary, segment } = await summarized(all);
    const last = all.at(-1)!;
    assert.deepEqual(checkSummary(summary!, segment), {
      offset: segment.end - last.length,
      header: Buffer.from(last.subarray(0, FRAME_HEADER_BYTES)),
    });
    for (const over of [{ number: 5 }, { end: segment.end - 1 }, { seed: 98 }]) {
      assert.equal(checkSummary(summary!, { ...segment, ...over }), undefined, JSON.stringify(over));
    }
  });

  it("is none with a bit changed, a byte less or a byte more", async () => {
    const { summary, segment } = await summarized(frames());
    for (let at = 0; at < summary!.length; at++) {
      const bytes = Buffer.from(summary!);
      bytes[at]! ^= 1 << (at & 7);
      assert.equal(checkSummary(bytes, segment), undefined, `byte ${at}`);
      assert.equal(checkSummary(summary!.subarray(0, at), segment), undefined, `cut to ${at} bytes`);
    }
    assert.equal(checkSummary(Buffer.concat([summary!, Buffer.of(0)]), segment), undefined);
  });

  it("is not made of a segment without records, nor of one with a record of a later kind", async () => {
    assert.equal((await summarized([])).summary, undefined);
    const later = encodeStep(STEP);
    later[FRAME_HEADER_BYTES] = 77;
    assert.equal((await summarized([encodeStep(STEP), later, encodeStep(STEP)])).summary, undefined);
  });
});
