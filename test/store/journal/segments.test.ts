import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { segmentPath } from "../../../src/store/journal/disk.ts";
import { FRAME_HEADER_BYTES, sealFrame } from "../../../src/store/journal/frame.ts";
import { positionOf } from "../../../src/store/journal/position.ts";
import { Segments } from "../../../src/store/journal/segments.ts";
import { settled } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const FOLDER = "/journal";
const FROM = 80;

/** So many segments with one frame each, and what happens to their files. */
async function filled({ count = 1, contentBytes = 10 } = {}) {
  const disk = new FaultDisk();
  const segments = new Segments(disk, FOLDER);
  for (let number = 1; number <= count; number++) {
    const frame = Buffer.alloc(FRAME_HEADER_BYTES + contentBytes, number);
    sealFrame(frame, { segment: number, commit: FROM });
    await (await disk.create(segmentPath(FOLDER, number))).writeDurably([frame], FROM);
    segments.add({ number, end: FROM + frame.length, newestAt: 0 });
  }
  const calls: string[] = [];
  let gate: Promise<void> | undefined;
  const open = disk.open.bind(disk);
  disk.open = async (path) => {
    const file = await open(path);
    const name = Number(path.slice(-12, -4));
    return {
      ...file,
      read: async (buffer, position) => {
        await gate;
        calls.push(`read ${name}`);
        return await file.read(buffer, position);
      },
      close: () => Promise.resolve(void calls.push(`close ${name}`)),
    };
  };
  const read = (number: number) => segments.readFrame(positionOf(number, FROM));
  return { disk, segments, calls, read, holdReads: (until: Promise<void> | undefined) => gate = until };
}

/** A promise, and the way to end it. */
function aGate(): { closed: Promise<void>; open: () => void } {
  let open = () => {};
  const closed = new Promise<void>((resolve) => open = resolve);
  return { closed, open };
}

describe("the segments", () => {
  it("give the record at a position, also one that is longer than the first guess", async () => {
    for (const contentBytes of [10, 100_000]) {
      const { read, segments } = await filled({ contentBytes });
      const frame = await read(1);
      assert.equal(frame?.length, FRAME_HEADER_BYTES + contentBytes);
      assert.equal(frame?.at(-1), 1);
      assert.deepEqual(await segments.readFrame(positionOf(1, FROM), frame?.length), frame);
    }
  });

  it("give nothing where there is no segment, no record, or one behind the good end", async () => {
    const { segments } = await filled();
    for (const position of [positionOf(9, FROM), positionOf(1, FROM + 1), positionOf(1, 5000)]) {
      assert.equal(await segments.readFrame(position), undefined);
    }
    segments.get(1)!.end -= 1;
    assert.equal(await segments.readFrame(positionOf(1, FROM)), undefined);
  });

  it("never close a file under a reader: its number would go to the next file that is opened", async () => {
    const { segments, calls, read, holdReads } = await filled({ count: 70 });
    const gate = aGate();
    void holdReads(gate.closed);
    const all = Promise.all(Array.from({ length: 70 }, (_, index) => read(index + 1)));
    const removed = segments.removeOldest();
    await settled();
    assert.deepEqual(calls.filter((call) => call.startsWith("close")), []);
    gate.open();
    assert.deepEqual((await all).map((frame) => frame?.at(-1)), Array.from({ length: 70 }, (_, index) => index + 1));
    await removed;
    segments.close();
    await settled();
    for (let number = 1; number <= 70; number++) {
      assert.deepEqual(calls.filter((call) => call.endsWith(` ${number}`)), [`read ${number}`, `close ${number}`]);
    }
  });

  it("keep a file open from one read to the next", async () => {
    const { calls, read } = await filled();
    await read(1);
    await read(1);
    assert.deepEqual(calls, ["read 1", "read 1"]);
  });

  it("tell when the disk fails, and read again once it does not", async () => {
    const { disk, read } = await filled();
    const { open } = disk;
    disk.open = () => Promise.reject(Object.assign(new Error("too many open files"), { code: "EMFILE" }));
    await assert.rejects(read(1), { code: "EMFILE" });
    disk.open = open;
    assert.ok(await read(1));
  });

  it("do not find what is being removed, and try a removal again that failed half-way", async () => {
    const { disk, segments, read } = await filled({ count: 2 });
    disk.onSync = () => "EIO";
    await assert.rejects(segments.removeOldest(), { code: "EIO" });
    assert.equal(await read(1), undefined);
    assert.equal((await segments.readBlock(positionOf(1, FROM), undefined)).length, 0);
    disk.onSync = () => undefined;
    disk.remove = (path) =>
      disk.paths().includes(path)
        ? FaultDisk.prototype.remove.call(disk, path)
        : Promise.reject(Object.assign(new Error("no such file"), { code: "ENOENT" }));
    await segments.removeOldest();
    assert.deepEqual(segments.list.map(({ number }) => number), [2]);
  });

  it("keep a damaged file aside under a second name, once", async () => {
    const { disk, segments } = await filled();
    await segments.keepAside(1);
    const link = disk.link.bind(disk);
    disk.link = (path, newPath) =>
      disk.paths().includes(newPath)
        ? Promise.reject(Object.assign(new Error("file exists"), { code: "EEXIST" }))
        : link(path, newPath);
    await segments.keepAside(1);
    assert.deepEqual(disk.paths(), [`${FOLDER}/00000001.seg`, `${FOLDER}/damaged/00000001.seg`]);
  });
});
