import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  FORMAT_VERSION,
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  frameCommit,
  frameLength,
  isFrameIntact,
  sealFrame,
  SEGMENT_HEADER_BYTES,
} from "../../../src/store/journal/frame.ts";

const COPY_BYTES = SEGMENT_HEADER_BYTES / 2;
const header = { segment: 7, previous: 5, previousEnd: 2 ** 33 + 1, seed: 0xfeed_beef, carried: 123 };

function aFrame(content: string, at = { segment: 7, commit: 40 }): Buffer {
  const frame = Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), Buffer.from(content)]);
  sealFrame(frame, at);
  return frame;
}

describe("a segment header", () => {
  it("is read as it was written", () => {
    const bytes = encodeSegmentHeader(header);
    assert.equal(bytes.length, SEGMENT_HEADER_BYTES);
    assert.deepEqual(decodeSegmentHeader(bytes), { kind: "ok", header, intact: true });
  });

  it("outlives any bad bit: it stands there twice", () => {
    const bytes = encodeSegmentHeader(header);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      assert.deepEqual(decodeSegmentHeader(flipped), { kind: "ok", header, intact: false }, `bit ${bit}`);
    }
  });

  it("is broken when the same byte behind the magic and the version is bad in both copies", () => {
    for (let at = 12; at < COPY_BYTES; at++) {
      const flipped = encodeSegmentHeader(header);
      flipped[at]! ^= 1;
      flipped[at + COPY_BYTES]! ^= 1;
      assert.equal(decodeSegmentHeader(flipped).kind, "broken", `byte ${at}`);
    }
  });

  it("that was torn anywhere in its first copy is broken, whether the file ends there or goes on with zeros", () => {
    const bytes = encodeSegmentHeader(header);
    for (let end = 0; end < COPY_BYTES; end++) {
      assert.equal(decodeSegmentHeader(bytes.subarray(0, end)).kind, "broken", `cut at ${end}`);
      const torn = Buffer.concat([bytes.subarray(0, end), Buffer.alloc(SEGMENT_HEADER_BYTES - end)]);
      // A torn byte may be zero by itself: then nothing is lost.
      if (!torn.subarray(0, COPY_BYTES).equals(bytes.subarray(0, COPY_BYTES))) {
        assert.equal(decodeSegmentHeader(torn).kind, "broken", `zeros from ${end}`);
      }
    }
  });

  const others: [what: string, bytes: Buffer, kind: string][] = [
    ["never written", Buffer.alloc(SEGMENT_HEADER_BYTES), "broken"],
    ["empty", Buffer.alloc(0), "broken"],
    ["of another program", Buffer.from("SQLite format 3\0".padEnd(SEGMENT_HEADER_BYTES)), "foreign"],
  ];
  for (const [what, bytes, kind] of others) {
    it(`that is ${what} is ${kind}`, () => assert.equal(decodeSegmentHeader(bytes).kind, kind));
  }

  it("of a later format says which, whatever else it holds", () => {
    const bytes = encodeSegmentHeader(header);
    bytes.writeUInt32LE(FORMAT_VERSION + 1, 8);
    bytes.fill(0xee, COPY_BYTES);
    assert.deepEqual(decodeSegmentHeader(bytes), { kind: "newer", version: FORMAT_VERSION + 1 });
  });
});

describe("a frame", () => {
  it("is intact as it was sealed, and tells its length and its commit", () => {
    const frame = aFrame("hello");
    assert.equal(frameLength(frame, 0), frame.length);
    assert.equal(frameCommit(frame), 40);
    assert.equal(isFrameIntact(frame, 7), true);
  });

  it("is not believed when any bit is another", () => {
    const bit = fc.record({ content: fc.string({ minLength: 1 }), place: fc.nat(), mask: fc.nat(7) });
    fc.assert(fc.property(bit, ({ content, place, mask }) => {
      const frame = aFrame(content);
      frame[place % frame.length]! ^= 1 << mask;
      assert.equal(isFrameIntact(frame, 7), false);
    }));
  });

  it("is not believed in another segment, or cut, or with a byte more", () => {
    const frame = aFrame("hello");
    assert.equal(isFrameIntact(frame, 8), false);
    assert.equal(isFrameIntact(frame.subarray(0, -1), 7), false);
    assert.equal(isFrameIntact(Buffer.concat([frame, Buffer.of(0)]), 7), false);
    assert.equal(isFrameIntact(Buffer.alloc(0), 7), false);
  });

  it("cannot begin where there is no magic, no room for a header, or an impossible length", () => {
    const frame = aFrame("hello");
    assert.equal(frameLength(frame, 1), 0);
    assert.equal(frameLength(frame.subarray(0, FRAME_HEADER_BYTES - 1), 0), 0);
    for (const length of [0, FRAME_BYTES_MAX + 1, 2 ** 32 - 1]) {
      frame.writeUInt32LE(length, 8);
      assert.equal(frameLength(frame, 0), 0, `length ${length}`);
    }
  });
});
