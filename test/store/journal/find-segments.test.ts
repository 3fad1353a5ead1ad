import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { segmentPath } from "../../../src/store/journal/disk.ts";
import { contentsOf, findSegments } from "../../../src/store/journal/find-segments.ts";
import { encodeSegmentHeader, FRAME_HEADER_BYTES, sealFrame } from "../../../src/store/journal/frame.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const FOLDER = "/journal";

/** A segment with a frame for each letter; those in `carried` belong to its first write. */
interface Planned {
  number: number;
  previous: number;
  carried?: string;
  letters?: string;
  /** What a power cut, or time, made of the bytes. */
  spoil?: (bytes: Buffer) => Buffer | void;
}

async function find(...planned: Planned[]) {
  const disk = new FaultDisk();
  for (const each of planned) {
    const path = segmentPath(FOLDER, each.number);
    await disk.create(path);
    const bytes = segmentBytes(each);
    disk.overwrite(path, each.spoil?.(bytes) ?? bytes);
  }
  const place = { disk, folder: FOLDER };
  const { chain, ...rest } = await findSegments(place);
  return { numbers: chain.map(({ number }) => number), ...rest, chain, place };
}

function segmentBytes({ number, previous, carried = "", letters = "" }: Planned): Buffer {
  const frames = [...carried + letters].map((letter) => {
    const frame = Buffer.concat([Buffer.alloc(FRAME_HEADER_BYTES), Buffer.from(letter)]);
    sealFrame(frame, { segment: number, commit: 80 });
    return frame;
  });
  const carriedBytes = carried.length * (FRAME_HEADER_BYTES + 1);
  const header = encodeSegmentHeader({ segment: number, previous, previousEnd: 80, seed: 1, carried: carriedBytes });
  return Buffer.concat([header, ...frames]);
}

const spoilHeader = (bytes: Buffer) => void bytes.fill(0, 0, 80);
const spoilLastFrame = (bytes: Buffer) => void bytes.fill(0, bytes.length - 1);

describe("the segments that count", () => {
  it("are those that lead back from the last one; a number in between is superseded", async () => {
    const planned = [1, 2, 4].map((number) => ({ number, previous: [0, 0, 1, 0, 2][number]!, letters: "x" }));
    const stray = { number: 3, previous: 2, carried: "x" };
    const found = await find(...planned, stray);
    assert.deepEqual([found.numbers, found.superseded, found.missing, found.lastNumber], [[1, 2, 4], [3], [], 4]);
  });

  it("may begin with any number: older ones are long gone; one that is missing in between is told", async () => {
    const found = await find({ number: 5, previous: 4, letters: "x" }, { number: 8, previous: 7, letters: "y" });
    assert.deepEqual([found.numbers, found.missing], [[5, 8], [7]]);
  });

  const torn: [what: string, last: Planned][] = [
    ["nothing was written", { number: 2, previous: 1, spoil: () => Buffer.alloc(0) }],
    ["the header is cut", { number: 2, previous: 1, spoil: (bytes) => bytes.subarray(0, 50) }],
    ["what it carried is cut", { number: 2, previous: 1, carried: "yz", spoil: (bytes) => bytes.subarray(0, -1) }],
    ["what it carried has a hole", { number: 2, previous: 1, carried: "yz", spoil: spoilLastFrame }],
    ["the header never got there, and what it carried did", {
      number: 2,
      previous: 1,
      carried: "yz",
      spoil: spoilHeader,
    }],
  ];
  for (const [what, last] of torn) {
    it(`do not include a last one whose first write is not whole: ${what}`, async () => {
      const found = await find({ number: 1, previous: 0, letters: "xyz" }, last);
      assert.deepEqual([found.numbers, found.superseded, found.lastNumber], [[1], [2], 2]);
    });
  }

  it("do not include several torn ones, left by one power cut after the other", async () => {
    const half = { previous: 1, carried: "yz", spoil: spoilLastFrame };
    const found = await find({ number: 1, previous: 0, letters: "xyz" }, { number: 2, ...half }, {
      number: 3,
      ...half,
    });
    assert.deepEqual([found.numbers, found.superseded], [[1], [3, 2]]);
  });

  const damaged: [what: string, last: Planned][] = [
    ["with records of its own", { number: 2, previous: 1, letters: "b", spoil: spoilHeader }],
    ["with the only copy of what it carried", { number: 2, previous: 1, carried: "bc", spoil: spoilLastFrame }],
  ];
  for (const [what, last] of damaged) {
    it(`include a damaged last one ${what}`, async () => {
      assert.deepEqual((await find({ number: 1, previous: 0, letters: "xyz" }, last)).numbers, [1, 2]);
    });
  }

  it("say of a damaged header whether the other copy of it could be read", async () => {
    const found = await find(
      { number: 1, previous: 0, letters: "x", spoil: (bytes) => void (bytes[3]! ^= 1) },
      { number: 2, previous: 1, letters: "y", spoil: spoilHeader },
      { number: 3, previous: 2, letters: "z" },
    );
    assert.deepEqual(found.chain.map(({ header }) => header?.segment), [1, undefined, 3]);
    assert.deepEqual(found.chain.map(({ headerIsIntact }) => headerIsIntact), [false, false, true]);
  });

  it("know a frame again wherever it was written a second time", async () => {
    const one = { number: 1, previous: 0, letters: "xyz" };
    const { chain, place } = await find(one, { number: 2, previous: 1, carried: "yz", letters: "a" });
    const [first, second] = [await contentsOf(place, chain[0]!), await contentsOf(place, chain[1]!)];
    assert.equal([...second].filter((content) => first.has(content)).length, 2);
  });
});
