import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import { FrameMemory } from "../../../src/store/journal/frame-memory.ts";

describe("the memory of frames", () => {
  it("never gives a byte of a frame to another before it is let go", () => {
    const step = fc.record({ bytes: fc.nat(9000), releases: fc.nat(4), at: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
        const memory = new FrameMemory();
        const live: { frame: Buffer; fill: number }[] = [];
        for (const [index, { bytes, releases, at }] of steps.entries()) {
          const frame = memory.allocate(bytes);
          assert.equal(frame.length, bytes);
          live.push({ frame: frame.fill(index % 251), fill: index % 251 });
          const gone = live.splice(at % live.length, releases);
          for (const { frame, fill } of gone) assert.ok(frame.every((byte) => byte === fill));
          memory.release(gone.map(({ frame }) => frame));
        }
        for (const { frame, fill } of live) assert.ok(frame.every((byte) => byte === fill));
      }),
      { numRuns: 50 },
    );
  });

  it("uses the same block again once all of it is let go", () => {
    const memory = new FrameMemory();
    const first = memory.allocate(1000);
    const second = memory.allocate(1000);
    memory.release([first]);
    const third = memory.allocate(1000);
    assert.deepEqual([second.byteOffset, third.byteOffset], [1000, 2000]);
    memory.release([second, third]);
    const again = memory.allocate(1000);
    assert.deepEqual([again.buffer, again.byteOffset], [first.buffer, 0]);
  });

  it("takes a bounded number of blocks, and goes on without them", () => {
    const memory = new FrameMemory();
    const many = () => Array.from({ length: 2000 }, () => memory.allocate(2000));
    const first = many();
    memory.release(first);
    const again = new Set(many().map(({ buffer }) => buffer));
    const shared = new Set(first.map(({ buffer }) => buffer).filter((buffer) => again.has(buffer)));
    // The pool of Buffer itself, which serves the rest, may be in both.
    assert.ok(shared.size === 32 || shared.size === 33, `${shared.size} blocks`);
  });

  it("leaves a frame alone that is not from here", () => {
    const memory = new FrameMemory();
    const frame = memory.allocate(10);
    memory.release([Buffer.alloc(10), Buffer.allocUnsafeSlow(64 * 1024)]);
    assert.notEqual(memory.allocate(10).byteOffset, frame.byteOffset);
  });
});
