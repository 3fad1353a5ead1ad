import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { type Board, createBoard, showBeat, showCulprit, showCurrent, showZombies } from "../../src/execute/board.ts";
import { Seat } from "../../src/execute/seat.ts";

/** A seat whose thread is never started: its `terminate` is counted. */
function aSeat() {
  const board: Board = createBoard();
  const ended: string[] = [];
  const worker = Object.create(Worker.prototype, {
    terminate: { value: () => Promise.resolve(void ended.push("terminate")) },
  }) as Worker;
  return { board, ended, seat: new Seat({ thread: 4, worker, board }) };
}

describe("a seat", () => {
  it("is silent for as long as the beat stands still, and no longer", () => {
    const { seat, board } = aSeat();
    showBeat(board, 0);
    assert.deepEqual([100, 100, 50].map((ms) => seat.look(ms).staleMs), [0, 100, 150]);
    showBeat(board, 0);
    assert.equal(seat.look(100).staleMs, 0);
  });

  it("shows the lower memory of two looks, its zombies and its runs", () => {
    const { seat, board } = aSeat();
    const look = (kib: number) => {
      showBeat(board, kib * 1_024);
      return seat.look(50).memoryBytes / 1_024;
    };
    assert.deepEqual([900, 100, 300, 200].map(look), [0, 100, 100, 200]);
    showZombies(board, 2);
    seat.enter(7);
    assert.deepEqual([seat.look(0).zombies, seat.look(0).inFlight, seat.look(0).thread], [2, 1, 4]);
  });

  it("dies once, of what it was first known to die of", () => {
    const { seat, ended } = aSeat();
    seat.kill("stuck", "silent");
    seat.kill("memory", "large");
    seat.sawDeath(new Error("exit code 1"));
    assert.deepEqual([seat.death, ended, seat.takesRuns], [{ cause: "stuck", detail: "silent" }, ["terminate"], false]);
  });

  const deaths: [string, (board: Board) => void, unknown, string][] = [
    ["the heap limit", () => {}, Object.assign(new Error("full"), { code: "ERR_WORKER_OUT_OF_MEMORY" }), "oom"],
    ["an exit on purpose", (board) => showCulprit(board, 7), new Error("exit code 3"), "exit"],
    ["anything else", () => {}, new Error("exit code 1"), "error"],
  ];
  for (const [what, show, error, cause] of deaths) {
    it(`knows ${what} by its traces`, () => {
      const { seat, board } = aSeat();
      show(board);
      seat.sawDeath(error);
      assert.equal(seat.death?.cause, cause);
    });
  }

  it("keeps its verdict while those who were in it leave", () => {
    const { seat, board } = aSeat();
    for (const run of [7, 8, 9]) seat.enter(run);
    seat.leave(9);
    showCurrent(board, 0);
    seat.kill("memory", "large");
    assert.deepEqual(seat.verdict(), { guilty: undefined, suspects: [7, 8] });
    seat.leave(7);
    assert.deepEqual(seat.verdict(), { guilty: undefined, suspects: [7, 8] });
    assert.equal(seat.isEmpty, false);
    seat.leave(8);
    assert.equal(seat.isEmpty, true);
  });
});
