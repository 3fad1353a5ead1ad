import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import type { Signal } from "../../../src/ports.ts";
import { CommitLog } from "../../../src/store/journal/commit-log.ts";
import { decodeSegmentHeader, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES } from "../../../src/store/journal/frame.ts";
import { offsetOf, type Position, segmentOf } from "../../../src/store/journal/position.ts";
import { Segments } from "../../../src/store/journal/segments.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

const CONTENT_BYTES = 100;
const FRAME_BYTES = FRAME_HEADER_BYTES + CONTENT_BYTES;

function aFrame(): Buffer {
  return Buffer.alloc(FRAME_BYTES, 1);
}

async function open({ segmentBytes = 100_000 } = {}) {
  const disk = new FaultDisk();
  const segments = new Segments(disk, "/journal");
  const clock = fakeClock();
  const signals: Signal[] = [];
  const emit = (signal: Signal) => void signals.push(signal);
  const log = new CommitLog({ disk, segments, clock, emit, segmentBytes, seed: 5 });
  await log.open({ number: 1, carried: [] }, () => {});
  const positions: Position[] = [];
  const append = (...frames: Buffer[]) => log.append(frames, (placed) => void positions.push(...placed));
  const kinds = () => signals.map(({ kind }) => kind);
  return { disk, segments, clock, log, append, positions, kinds };
}

/** Where the segment's header says that the one before it ends. */
function headerOf(disk: FaultDisk, number: number) {
  const reading = decodeSegmentHeader(disk.bytesOf(`/journal/${String(number).padStart(8, "0")}.seg`));
  assert.ok(reading.kind === "ok", `segment ${number} has a header`);
  return reading.header;
}

describe("the commit log", () => {
  it("tells records durable in order, behind each other, and where a reader finds them", async () => {
    const { append, positions, segments } = await open();
    await append(aFrame(), aFrame());
    await append(aFrame());
    assert.deepEqual(positions.map(offsetOf), [0, 1, 2].map((n) => SEGMENT_HEADER_BYTES + n * FRAME_BYTES));
    for (const position of positions) assert.equal((await segments.readFrame(position))?.length, FRAME_BYTES);
  });

  it("covers with one sync all that came while another was under way", async () => {
    const { append, disk } = await open();
    const before = disk.syncs;
    const first = append(aFrame());
    const rest = Promise.all(Array.from({ length: 50 }, () => append(aFrame())));
    await first;
    const second = Array.from({ length: 50 }, () => append(aFrame()));
    await Promise.all([rest, ...second]);
    assert.equal(disk.syncs - before, 2);
  });

  it("begins a new segment when one is full, and says in it where the full one ends", async () => {
    const { append, positions, disk } = await open({ segmentBytes: 200 });
    await append(aFrame(), aFrame());
    await append(aFrame());
    assert.deepEqual(positions.map(segmentOf), [1, 1, 2]);
    assert.deepEqual(headerOf(disk, 2), {
      segment: 2,
      previous: 1,
      previousEnd: SEGMENT_HEADER_BYTES + 2 * FRAME_BYTES,
      seed: 5,
      carried: 0,
    });
  });

  it("ends a segment that was begun long ago when it is asked to, once there is a record in it", async () => {
    const { log, append, positions, disk, clock } = await open();
    const begun = clock.now();
    await log.endSegment(begun + 1);
    assert.deepEqual(disk.paths(), ["/journal/00000001.seg"]);
    await append(aFrame());
    await log.endSegment(begun);
    assert.deepEqual(disk.paths(), ["/journal/00000001.seg"]);
    await log.endSegment(begun + 1);
    assert.equal(headerOf(disk, 2).previousEnd, SEGMENT_HEADER_BYTES + FRAME_BYTES);
    await append(aFrame());
    assert.deepEqual(positions.map(segmentOf), [1, 2]);
    await log.close();
    await log.endSegment(Infinity);
  });

  for (const failing of ["write", "sync"] as const) {
    it(`acks nothing of a batch whose ${failing} failed, never syncs that file again, and goes on in a new one`, async () => {
      const { append, disk, clock, log, positions, kinds } = await open();
      await append(aFrame());
      const failed: string[] = [];
      if (failing === "write") disk.onWrite = (_path, bytes) => ({ fault: "EIO", written: bytes / 2 });
      else disk.onSync = (path) => (failed.push(path), "EIO");
      const both = await Promise.allSettled([append(aFrame()), append(aFrame())]);
      assert.deepEqual(both.map(({ status }) => status), ["rejected", "rejected"]);
      assert.equal(log.failure?.code, "ERR_STORE_FAILED");
      await assert.rejects(append(aFrame()), { code: "ERR_STORE_FAILED" });

      disk.onWrite = () => undefined;
      disk.onSync = (path) => void failed.push(path);
      await clock.advance(1000);
      assert.equal(log.failure, undefined);
      await append(aFrame());
      assert.deepEqual(positions.map(segmentOf), [1, 2], "of four frames two are durable");
      assert.equal(headerOf(disk, 2).previousEnd, SEGMENT_HEADER_BYTES + FRAME_BYTES);
      assert.ok(failed.filter((path) => path.endsWith("00000001.seg")).length <= 1);
      assert.deepEqual(kinds(), ["store-commit", "store-failed", "store-commit"]);
    });
  }

  it("lets the memory of frames go, whether they are kept, fail or are refused", async () => {
    const { append, disk, log } = await open();
    const frame = () => log.memory.allocate(FRAME_BYTES);
    const first = frame();
    const isFirst = ({ buffer, byteOffset }: Buffer) => buffer === first.buffer && byteOffset === first.byteOffset;
    await append(first);
    const second = frame();
    assert.ok(isFirst(second), "it was kept");
    disk.onSync = () => "EIO";
    await assert.rejects(append(second));
    const third = frame();
    assert.ok(isFirst(third), "it failed");
    await assert.rejects(append(third));
    assert.ok(isFirst(frame()), "it was refused");
  });

  it("refuses with a failed batch also what gathered behind it", async () => {
    const { append, disk, positions } = await open();
    let late: Promise<void> | undefined;
    disk.onSync = () => {
      if (late !== undefined) return undefined;
      late = append(aFrame());
      // It is looked at below; until then its rejection is nobody's.
      late.catch(() => {});
      return "EIO";
    };
    await assert.rejects(append(aFrame()), { code: "ERR_STORE_FAILED" });
    await assert.rejects(late!, { code: "ERR_STORE_FAILED" });
    assert.deepEqual(positions, []);
  });

  it("counts on a new segment only once its name is on the medium", async () => {
    const { append, disk, positions } = await open({ segmentBytes: 200 });
    await append(aFrame(), aFrame());
    disk.onSync = (path) => path === "/journal" ? "EIO" : undefined;
    await assert.rejects(append(aFrame()), { code: "ERR_STORE_FAILED" });
    assert.deepEqual(positions.map(segmentOf), [1, 1]);
  });

  it("says that the disk is full when it is, and tries until it is not", async () => {
    const { append, disk, clock, log, kinds } = await open();
    await append(aFrame());
    disk.onWrite = () => ({ fault: "ENOSPC", written: 10 });
    await assert.rejects(append(aFrame()), { code: "ERR_STORE_FULL" });
    for (let tries = 0; tries < 5; tries++) await clock.advance(1000);
    assert.equal(log.failure?.code, "ERR_STORE_FULL");
    assert.equal(kinds().filter((kind) => kind === "store-failed").length, 1, "it is told once");
    assert.equal(disk.paths().length <= 2, true, "tries leave no files behind");
    disk.onWrite = () => undefined;
    await clock.advance(1000);
    await append(aFrame());
  });

  it("removes a segment that never held a record when its first commit fails", async () => {
    const { append, disk, clock, segments } = await open();
    disk.onSync = () => "EIO";
    await assert.rejects(append(aFrame()));
    disk.onSync = () => undefined;
    await clock.advance(1000);
    await append(aFrame());
    assert.deepEqual([disk.paths(), segments.list.length], [["/journal/00000001.seg"], 1]);
  });

  it("commits what was appended before it closes, and refuses what comes after", async () => {
    const { append, log, positions } = await open();
    const last = append(aFrame());
    await log.close();
    await last;
    assert.equal(positions.length, 1);
    await assert.rejects(append(aFrame()), { code: "ERR_STORE_CLOSED" });
  });

  it("makes no segment behind the back of whoever closed it", async () => {
    const { append, disk, clock, log } = await open();
    await append(aFrame());
    disk.onSync = () => "EIO";
    await assert.rejects(append(aFrame()));
    disk.onSync = () => undefined;
    const reopening = clock.advance(1000);
    await log.close();
    const paths = disk.paths();
    const { syncs } = disk;
    await reopening;
    assert.deepEqual([disk.paths(), disk.syncs], [paths, syncs], "all of it happened before the close ended");
    assert.equal(clock.next(), undefined);
  });

  it("leaves no timer behind when its last commit fails while it closes", async () => {
    const { append, disk, clock, log } = await open();
    disk.onSync = () => "EIO";
    const last = append(aFrame());
    last.catch(() => {});
    await log.close();
    await assert.rejects(last, { code: "ERR_STORE_FAILED" });
    assert.equal(clock.next(), undefined);
  });

  it("writes carried frames again together with the first header", async () => {
    const disk = new FaultDisk();
    const segments = new Segments(disk, "/journal");
    const needs = { disk, segments, clock: fakeClock(), emit: () => {}, segmentBytes: 1000, seed: 5 };
    const log = new CommitLog(needs);
    let positions: Position[] = [];
    await log.open({ number: 9, carried: [aFrame(), aFrame()] }, (placed) => positions = placed);
    assert.deepEqual(positions.map(segmentOf), [9, 9]);
    assert.equal(headerOf(disk, 9).carried, 2 * FRAME_BYTES);
    assert.equal(disk.syncs, 1);
  });
});
