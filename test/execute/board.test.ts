import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Board,
  createBoard,
  readBoard,
  showBeat,
  showCulprit,
  showCurrent,
  showZombies,
} from "../../src/execute/board.ts";

describe("a board", () => {
  it("begins without a beat, a run or a zombie", () => {
    assert.deepEqual(readBoard(createBoard()), { beat: 0, memoryBytes: 0, culprit: 0, current: 0, zombies: 0 });
  });

  it("shows on the other side of the shared memory what was written on this one", () => {
    const board = createBoard();
    const seen: Board = new Int32Array(board.buffer);
    showBeat(board, 300 * 2 ** 30);
    showBeat(board, 300 * 2 ** 30 + 1);
    showCulprit(board, 2 ** 31 - 1);
    showCurrent(board, 5);
    showZombies(board, 6);
    // Memory is kept in KiB, rounded up: 32 bits are enough for 2 TiB.
    const memoryBytes = 300 * 2 ** 30 + 1_024;
    assert.deepEqual(readBoard(seen), { beat: 2, memoryBytes, culprit: 2 ** 31 - 1, current: 5, zombies: 6 });
  });
});
