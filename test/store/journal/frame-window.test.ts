import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import type { DiskFile } from "../../../src/store/journal/disk.ts";
import { FRAME_HEADER_BYTES, sealFrame } from "../../../src/store/journal/frame.ts";
import { FrameWindow } from "../../../src/store/journal/frame-window.ts";

const WINDOW_BYTES = 1024 * 1024;

/** Frames of these lengths behind each other, and what is read of them. */
function aFile(lengths: readonly number[]) {
  const frames = lengths.map((length, index) => {
    const frame = Buffer.alloc(length, index + 1);
    sealFrame(frame, { segment: 3, commit: 0 });
    return frame;
  });
  const bytes = Buffer.concat(frames);
  const reads: { from: number; to: number }[] = [];
  const gate = { until: Promise.resolve() };
  const file: Pick<DiskFile, "read"> = {
    read: async (buffer, position) => {
      const count = bytes.copy(buffer, 0, position);
      reads.push({ from: position, to: position + count });
      await gate.until;
      return count;
    },
  };
  const window = new FrameWindow(file as DiskFile, { from: 0, to: bytes.length });
  return { window, bytes, reads, gate };
}

async function walk({ window, bytes }: ReturnType<typeof aFile>): Promise<number[]> {
  const lengths: number[] = [];
  for (let offset = 0; offset < bytes.length;) {
    if (window.intactAt(offset, 3) === 0) await window.load(offset);
    const length = window.intactAt(offset, 3);
    assert.notEqual(length, 0, `the frame at ${offset} is found`);
    assert.equal(window.bytes[offset - window.base + length - 1], window.view.getUint8(offset - window.base + 16));
    lengths.push(length);
    offset += length;
  }
  return lengths;
}

describe("a window on a segment", () => {
  it("walks through frames of any length, and reads each byte once where they are shorter than it", async () => {
    for (const length of [100, 1000, 70_001, 900_000]) {
      const lengths = Array.from({ length: Math.ceil((3.5 * WINDOW_BYTES) / length) }, () => length);
      const made = aFile(lengths);
      assert.deepEqual(await walk(made), lengths);
      const total = made.reads.reduce((sum, { from, to }) => sum + to - from, 0);
      assert.equal(total, made.bytes.length);
    }
  });

  it("takes a frame that is longer than itself", async () => {
    const lengths = [500, 5 * WINDOW_BYTES, 500, WINDOW_BYTES + 1, WINDOW_BYTES, 500];
    assert.deepEqual(await walk(aFile(lengths)), lengths);
  });

  it("reads the next bytes while those before them are looked at, and ends only when that is done", async () => {
    const { window, reads, gate } = aFile([WINDOW_BYTES - 100, 1000, 1000]);
    let open = () => {};
    const first = window.load(0);
    await first;
    assert.equal(reads.length, 2, "one ahead");
    gate.until = new Promise((resolve) => open = resolve);
    await window.load(WINDOW_BYTES - 100);
    await window.end();
    open();
    assert.equal(window.intactAt(WINDOW_BYTES - 100, 3), 1000);
  });

  it("tells of a failed read to whoever asks for its bytes, and to nobody else", async () => {
    const made = aFile([WINDOW_BYTES, 1000]);
    const { window, gate } = made;
    await window.load(0);
    await window.end();
    gate.until = Promise.reject(new Error("EIO"));
    gate.until.catch(() => {});
    await assert.rejects(window.load(WINDOW_BYTES), /EIO/);
  });

  it("says what can be no frame", async () => {
    const { window } = aFile([FRAME_HEADER_BYTES + 1, 600]);
    assert.equal(window.isLoaded(0), false);
    await window.load(0);
    assert.equal(window.isLoaded(3), true);
    assert.equal(window.intactAt(3, 3), 0);
    assert.equal(window.intactAt(0, 4), 0, "of another segment");
    assert.equal(window.intactAt(9999, 3), 0);
  });
});
