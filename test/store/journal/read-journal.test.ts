import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { CommitLog } from "../../../src/store/journal/commit-log.ts";
import {
  encodeSegmentHeader,
  FORMAT_VERSION,
  FRAME_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
} from "../../../src/store/journal/frame.ts";
import { readJournal } from "../../../src/store/journal/read-journal.ts";
import { Segments } from "../../../src/store/journal/segments.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const FOLDER = "/journal";
const LATER_FORMAT = encodeSegmentHeader({ segment: 1, previous: 0, previousEnd: 0, seed: 5, carried: 0 })
  .subarray(0, 12);
LATER_FORMAT.writeUInt32LE(FORMAT_VERSION + 1, 8);
const FRAME_BYTES = FRAME_HEADER_BYTES + 100;

function pathOf(number: number): string {
  return `${FOLDER}/${String(number).padStart(8, "0")}.seg`;
}

function offsetOf(frame: number): number {
  return SEGMENT_HEADER_BYTES + frame * FRAME_BYTES;
}

/** A journal with one frame a commit, two frames a segment; each frame is filled with its number. */
async function written(frames: number): Promise<FaultDisk> {
  const disk = new FaultDisk();
  const needs = { disk, segments: new Segments(disk, FOLDER), clock: fakeClock(), emit: () => {}, seed: 5 };
  const log = new CommitLog({ ...needs, segmentBytes: offsetOf(2) });
  await log.open({ number: 1, carried: [] }, () => {});
  for (let n = 0; n < frames; n++) await log.append([Buffer.alloc(FRAME_BYTES, n)], () => {});
  await log.close();
  return disk;
}

/** Frames 0 and 1 in a first run; in a second, `carry` together with the header, then `more` others from 2 on. */
async function carriedOver({ more = 1, carry = [1] } = {}): Promise<FaultDisk> {
  const disk = await written(2);
  const segments = new Segments(disk, FOLDER);
  segments.add({ number: 1, end: offsetOf(1), newestAt: 0 });
  const log = new CommitLog({ disk, segments, clock: fakeClock(), emit: () => {}, segmentBytes: 10_000, seed: 5 });
  await log.open({ number: 2, carried: carry.map((n) => Buffer.alloc(FRAME_BYTES, n)) }, () => {});
  for (let n = 0; n < more; n++) await log.append([Buffer.alloc(FRAME_BYTES, 2 + n)], () => {});
  await log.close();
  return disk;
}

/** Reads it; `frames` are the numbers in the frames, those that are carried last. */
async function read(disk: FaultDisk) {
  const segments = new Segments(disk, FOLDER);
  const frames: number[] = [];
  const seeds: number[] = [];
  const numberIn = (frame: Buffer) => frame.at(-1)!;
  const reading = await readJournal({ disk, segments }, {
    onSeed: (seed) => void seeds.push(seed),
    onRecord: ({ bytes, at }) => void frames.push(bytes[at]!),
  });
  const { carried, ...rest } = reading;
  return { frames, carried: carried.map(numberIn), seeds, ends: segments.list.map(({ end }) => end), ...rest };
}

function change(disk: FaultDisk, number: number, edit: (bytes: Buffer) => Buffer | void): void {
  const bytes = Buffer.from(disk.bytesOf(pathOf(number)));
  disk.overwrite(pathOf(number), edit(bytes) ?? bytes);
}

describe("reading a journal", () => {
  it("of an empty folder finds nothing", async () => {
    const found = await read(new FaultDisk());
    assert.deepEqual([found.frames, found.carried, found.seeds, found.lastNumber], [[], [], [], 0]);
  });

  it("gives every frame in order and holds the last commit back, to be written again", async () => {
    const found = await read(await written(4));
    assert.deepEqual([found.frames, found.carried], [[0, 1, 2], [3]]);
    assert.deepEqual([found.seeds, found.lastNumber, found.damage, found.tornBytes], [[5], 2, [], 0]);
    assert.deepEqual(found.ends, [offsetOf(2), offsetOf(1)], "the carried frame is behind the end");
  });

  it("leaves a torn end behind: it was never acknowledged", async () => {
    const disk = await written(4);
    change(disk, 2, (bytes) => bytes.subarray(0, bytes.length - 7));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried, found.damage], [[0, 1], [2], []]);
    assert.equal(found.tornBytes, FRAME_BYTES - 7);
  });

  it("reports damage elsewhere by file and bytes, keeps the file aside, and reads on around it", async () => {
    const disk = await written(6);
    const damaged = Buffer.from(disk.bytesOf(pathOf(2)));
    damaged[offsetOf(0) + 50]! ^= 1;
    disk.overwrite(pathOf(2), damaged);
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried], [[0, 1, 3, 4], [5]]);
    assert.deepEqual(found.damage, [`00000002.seg: bytes ${offsetOf(0)} to ${offsetOf(1)}`]);
    assert.deepEqual(disk.bytesOf(`${FOLDER}/damaged/00000002.seg`), damaged);
    assert.deepEqual((await read(disk)).damage, found.damage, "a second start says the same");
  });

  it("tells damage in the last segment from a torn end: what was acknowledged lies before the last commit", async () => {
    const disk = await written(4);
    change(disk, 2, (bytes) => void (bytes[offsetOf(0) + 50]! ^= 1));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried, found.tornBytes], [[0, 1], [3], 0]);
    assert.deepEqual(found.damage, [`00000002.seg: bytes ${offsetOf(0)} to ${offsetOf(1)}`]);
  });

  it("never reads what lies behind the end that the next header names", async () => {
    const disk = await written(3);
    change(disk, 1, (bytes) => Buffer.concat([bytes, bytes.subarray(offsetOf(0), offsetOf(1))]));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried, found.damage], [[0, 1], [2], []]);
  });

  it("takes a last segment whose first write is not whole as one that never was", async () => {
    const disk = await written(3);
    change(disk, 2, (bytes) => bytes.subarray(0, SEGMENT_HEADER_BYTES - 1));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried, found.superseded], [[0], [1], [2]]);
    assert.equal(found.lastNumber, 2, "its number is not given again");
  });

  it("reports a segment that is missing in the middle, and reads the rest", async () => {
    const disk = await written(6);
    await disk.remove(pathOf(2));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried, found.damage], [[0, 1, 4], [5], ["00000002.seg: missing"]]);
  });

  const spoilt: [what: string, spoil: (bytes: Buffer) => void][] = [
    ["a bad bit", (bytes) => void (bytes[20]! ^= 1)],
    ["zeros all over", (bytes) => void bytes.fill(0, 0, SEGMENT_HEADER_BYTES)],
    ["garbage all over", (bytes) => void bytes.fill(0xee, 0, SEGMENT_HEADER_BYTES)],
  ];
  for (const [what, spoil] of spoilt) {
    it(`reports a header with ${what}, keeps the file aside, and reads the frames behind it`, async () => {
      const disk = await written(6);
      change(disk, 2, spoil);
      const found = await read(disk);
      assert.deepEqual([found.frames, found.carried, found.seeds], [[0, 1, 2, 3, 4], [5], [5]]);
      assert.deepEqual(found.damage, [`00000002.seg: bytes 0 to ${SEGMENT_HEADER_BYTES}`]);
      assert.ok(disk.paths().includes(`${FOLDER}/damaged/00000002.seg`));
    });
  }

  it("gives a carried frame once, also when the header that says so is damaged", async () => {
    const disk = await carriedOver();
    change(disk, 2, (bytes) => void bytes.fill(0, 0, SEGMENT_HEADER_BYTES));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried], [[0, 1], [2]], "frame 1 stands in both segments");
  });

  it("takes a last segment for a torn one when it holds nothing that the one before it does not", async () => {
    const disk = await carriedOver({ more: 0 });
    change(disk, 2, (bytes) => void bytes.fill(0, 0, SEGMENT_HEADER_BYTES));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried, found.superseded, found.damage], [[0], [1], [2], []]);
  });

  it("keeps a last segment whose carried frames are damaged when they stand nowhere else", async () => {
    const disk = await carriedOver({ more: 0, carry: [7, 8] });
    await disk.remove(pathOf(1));
    change(disk, 2, (bytes) => void (bytes[offsetOf(1) + 50]! ^= 1));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried], [[], [7]]);
    assert.deepEqual(found.damage, [`00000002.seg: bytes ${offsetOf(1)} to ${offsetOf(2)}`]);
  });

  it("reports the end of an older segment that is gone", async () => {
    const disk = await written(6);
    change(disk, 2, (bytes) => bytes.subarray(0, offsetOf(1)));
    const found = await read(disk);
    assert.deepEqual([found.frames, found.carried], [[0, 1, 2, 4], [5]]);
    assert.deepEqual(found.damage, [`00000002.seg: bytes ${offsetOf(1)} to ${offsetOf(2)}`]);
  });

  const refused: [what: string, edit: (bytes: Buffer) => Buffer | void, says: RegExp][] = [
    [
      "a later format",
      (bytes) => bytes.fill(0xee).fill(LATER_FORMAT, 0, LATER_FORMAT.length),
      /its format version is 2/,
    ],
    [
      "another program's file",
      (bytes) => Buffer.from("SQLite format 3\0".padEnd(bytes.length)),
      /not a journal segment/,
    ],
  ];
  for (const [what, edit, says] of refused) {
    it(`refuses ${what}, by name`, async () => {
      const disk = await written(3);
      change(disk, 1, edit);
      await assert.rejects(read(disk), { code: "ERR_STORE_FORMAT", message: says });
    });
  }

  it("refuses a segment under another's name", async () => {
    const disk = await written(3);
    await disk.link(pathOf(1), pathOf(3));
    await assert.rejects(read(disk), { code: "ERR_STORE_FORMAT", message: /says that it is segment 1/ });
  });

  it("takes no notice of files that are no segments", async () => {
    const disk = await written(3);
    await disk.link(pathOf(1), `${FOLDER}/00000009.seg.bak`);
    assert.deepEqual((await read(disk)).frames, [0, 1]);
  });
});
