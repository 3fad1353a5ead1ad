import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FRAME_HEADER_BYTES, FRAME_MAGIC_BYTES, sealFrame } from "../../../src/store/journal/frame.ts";
import { scanFrames } from "../../../src/store/journal/scan.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const PATH = "/journal/00000007.seg";
const FROM = 40;
const CONTENT_BYTES = 20;
const FRAME_BYTES = FRAME_HEADER_BYTES + CONTENT_BYTES;

function aFrame(content: Buffer, commit: number): Buffer {
  const frame = Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), content]);
  sealFrame(frame, { segment: 7, commit });
  return frame;
}

/** Five frames behind each other, two of one commit, then three of another. */
function fiveFrames(): Buffer {
  const second = FROM + 2 * FRAME_BYTES;
  const frames = [FROM, FROM, second, second, second].map((commit, n) =>
    aFrame(Buffer.alloc(CONTENT_BYTES, 65 + n), commit)
  );
  return Buffer.concat([Buffer.alloc(FROM), ...frames]);
}

function offsetOf(frame: number): number {
  return FROM + frame * FRAME_BYTES;
}

/** What a scan of these bytes finds: the offsets of the intact frames, and how it ends. */
async function scan(bytes: Buffer, segment = 7) {
  const disk = new FaultDisk();
  const file = await disk.create(PATH);
  await file.writeDurably([bytes], 0);
  const offsets: number[] = [];
  const found = await scanFrames(file, { segment, from: FROM, to: bytes.length }, (_, offset) => offsets.push(offset));
  return { offsets, ...found };
}

describe("a scan", () => {
  it("finds each frame in order, the end, and where the last commit began", async () => {
    assert.deepEqual(await scan(fiveFrames()), {
      offsets: [0, 1, 2, 3, 4].map(offsetOf),
      holes: [],
      end: offsetOf(5),
      lastCommit: offsetOf(2),
    });
  });

  it("steps over a frame with a flipped bit and goes on behind it", async () => {
    const bytes = fiveFrames();
    bytes[offsetOf(1) + FRAME_HEADER_BYTES + 3]! ^= 1;
    const { offsets, holes, end } = await scan(bytes);
    assert.deepEqual(offsets, [0, 2, 3, 4].map(offsetOf));
    assert.deepEqual([holes, end], [[{ from: offsetOf(1), to: offsetOf(2) }], offsetOf(5)]);
  });

  it("takes damage over several frames as one hole", async () => {
    const bytes = fiveFrames().fill(0xee, offsetOf(1), offsetOf(3));
    assert.deepEqual((await scan(bytes)).holes, [{ from: offsetOf(1), to: offsetOf(3) }]);
  });

  it("ends in a hole where the last frame is torn", async () => {
    const bytes = fiveFrames().subarray(0, offsetOf(5) - 1);
    const { holes, end } = await scan(bytes);
    assert.deepEqual([holes, end], [[{ from: offsetOf(4), to: offsetOf(5) - 1 }], offsetOf(4)]);
  });

  it("is not fooled by a length that points far away, nor by bytes that look like a frame", async () => {
    const bytes = fiveFrames();
    bytes.writeUInt32LE(200 * 1024 * 1024, offsetOf(1) + 8);
    FRAME_MAGIC_BYTES.copy(bytes, offsetOf(1) + FRAME_HEADER_BYTES + 2);
    assert.deepEqual((await scan(bytes)).offsets, [0, 2, 3, 4].map(offsetOf));
  });

  it("believes no frame of another segment", async () => {
    const { offsets, holes } = await scan(fiveFrames(), 8);
    assert.deepEqual([offsets, holes], [[], [{ from: FROM, to: offsetOf(5) }]]);
  });

  it("reads frames that are larger than its window, and holes that are", async () => {
    const large = aFrame(Buffer.alloc(5 * 1024 * 1024, 1), FROM);
    const hole = Buffer.alloc(9 * 1024 * 1024, 2);
    const last = aFrame(Buffer.from("last"), FROM);
    const { offsets, holes } = await scan(Buffer.concat([Buffer.alloc(FROM), large, hole, last]));
    const lastAt = FROM + large.length + hole.length;
    assert.deepEqual([offsets, holes], [[FROM, lastAt], [{ from: FROM + large.length, to: lastAt }]]);
  });

  it("of any bytes ends, and finds no frame that was not written, nor one that was and is whole", async () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.nat(255), length: fc.integer({ min: 1, max: 60 }) });
    const cut = fc.option(fc.nat(), { nil: undefined });
    await fc.assert(fc.asyncProperty(fc.array(damage, { maxLength: 4 }), cut, async (damages, cutAt) => {
      const written = fiveFrames();
      const spoilt = Buffer.from(written);
      for (const { at, byte, length } of damages) spoilt.subarray(at % spoilt.length).subarray(0, length).fill(byte);
      const bytes = spoilt.subarray(0, cutAt === undefined ? undefined : FROM + cutAt % (written.length - FROM));
      const whole = [0, 1, 2, 3, 4].map(offsetOf).filter((offset) =>
        bytes.subarray(offset, offset + FRAME_BYTES).equals(written.subarray(offset, offset + FRAME_BYTES))
      );
      const { offsets, holes } = await scan(bytes);
      assert.deepEqual(offsets, whole);
      const covered = holes.reduce((sum, { from, to }) => sum + to - from, 0) + whole.length * FRAME_BYTES;
      assert.equal(covered, Math.max(0, bytes.length - FROM), "each byte is in a frame or in a hole");
    }));
  });

  it("reads the file a few times only, however much of it looks like the start of a frame", async () => {
    const hole = Buffer.alloc(1024 * 1024, FRAME_MAGIC_BYTES);
    const disk = new FaultDisk();
    let reads = 0;
    disk.onRead = () => Promise.resolve(void (reads += 1));
    const bytes = Buffer.concat([Buffer.alloc(FROM), hole, aFrame(Buffer.from("last"), FROM)]);
    const file = await disk.create(PATH);
    await file.writeDurably([bytes], 0);
    const offsets: number[] = [];
    await scanFrames(file, { segment: 7, from: FROM, to: bytes.length }, (_, offset) => offsets.push(offset));
    assert.deepEqual(offsets, [FROM + hole.length]);
    assert.ok(reads < 10, `${reads} reads`);
  });

  it("finds a frame wherever it lies across the edge of its window", async () => {
    for (const windows of [1, 2]) {
      for (const before of [0, 1, 3, 4, 15, 16, FRAME_BYTES - 1, FRAME_BYTES]) {
        const hole = Buffer.alloc(windows * 1024 * 1024 + 1 - before, 1);
        const bytes = Buffer.concat([Buffer.alloc(FROM), hole, aFrame(Buffer.alloc(CONTENT_BYTES, 2), FROM)]);
        assert.deepEqual((await scan(bytes)).offsets, [FROM + hole.length], `${before} bytes before an edge`);
      }
    }
  });

  it("of nothing finds nothing", async () => {
    assert.deepEqual(await scan(Buffer.alloc(FROM)), { offsets: [], holes: [], end: FROM, lastCommit: FROM });
  });
});
