import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type Board, createBoard, showBeat, showCulprit, showCurrent, showZombies } from "../../src/execute/board.ts";
import { BATCH_BYTES_MAX, type RunBatch, unpackRuns } from "../../src/execute/run-batch.ts";
import { type Run, Seat } from "../../src/execute/seat.ts";
import { aRun } from "./a-run.ts";

/** A seat whose thread is never started: its `terminate` is counted. */
function aSeat() {
  const board: Board = createBoard();
  const ended: string[] = [];
  const worker = Object.create(Worker.prototype, {
    terminate: { value: () => Promise.resolve(void ended.push("terminate")) },
  }) as Worker;
  const { port1, port2 } = new MessageChannel();
  const endings: [run: number, ending: string][] = [];
  const seated = (number: number, bytes = 10): Run => ({
    ...aRun(number, { event: { body: new Uint8Array(bytes) } }),
    end: (ending) => void endings.push([number, ending.kind === "answered" ? ending.answer.kind : ending.kind]),
  });
  /** What has been posted to the thread: the numbers of the runs of each message. */
  const posted = () => {
    const batches: number[][] = [];
    for (let last; (last = receiveMessageOnPort(port2)) !== undefined;) {
      batches.push(unpackRuns(last.message as RunBatch).map(({ run }) => run));
    }
    return batches;
  };
  const seat = new Seat({ thread: 4, worker, board, port: port1 });
  return { board, ended, endings, seated, posted, seat, thread: port2 };
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
    const { seat, board, seated } = aSeat();
    const look = (kib: number) => {
      showBeat(board, kib * 1_024);
      return seat.look(50).memoryBytes / 1_024;
    };
    assert.deepEqual([900, 100, 300, 200].map(look), [0, 100, 100, 200]);
    showZombies(board, 2);
    seat.enter(seated(7));
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

  it("posts the runs of a turn together, in order, and nothing when there is none", () => {
    const { seat, seated, posted } = aSeat();
    for (const number of [7, 8, 9]) seat.enter(seated(number));
    seat.send();
    seat.send();
    seat.enter(seated(10));
    seat.send();
    assert.deepEqual(posted(), [[7, 8, 9], [10]]);
  });

  it("posts large bodies apart: a message is bounded, though not below one run", () => {
    const { seat, seated, posted } = aSeat();
    const sizes = [10, BATCH_BYTES_MAX * 2, BATCH_BYTES_MAX - 1, 1, 1];
    sizes.forEach((bytes, number) => seat.enter(seated(number + 1, bytes)));
    seat.send();
    assert.deepEqual(posted(), [[1], [2], [3, 4], [5]]);
  });

  it("ends runs as they are answered, each once, whatever their order", () => {
    const { seat, seated, endings } = aSeat();
    for (const number of [7, 8, 9]) seat.enter(seated(number));
    seat.answer([9, "null", 7, { kind: "interrupted", cause: "drain" }]);
    seat.answer([9, "null"]);
    assert.deepEqual(endings, [[9, "ok"], [7, "interrupted"]]);
    assert.equal(seat.load, 1);
  });

  it("gives each run its verdict when its thread is gone, and believes what it had answered before", () => {
    const { seat, board, seated, endings, thread } = aSeat();
    for (const number of [7, 8, 9]) seat.enter(seated(number));
    seat.send();
    showCurrent(board, 8);
    thread.postMessage([9, "null"]);
    seat.kill("stuck", "silent");
    seat.bury();
    assert.deepEqual(endings, [[9, "ok"], [7, "innocent"], [8, "guilty"]]);
    assert.equal(seat.load, 0);
  });

  it("suspects all that run in it where nobody is known, and not one that it was never given", () => {
    const { seat, seated, endings, posted } = aSeat();
    for (const number of [7, 8]) seat.enter(seated(number));
    seat.send();
    seat.enter(seated(9));
    seat.kill("memory", "large");
    seat.send();
    assert.deepEqual(seat.takeBack().map(({ number }) => number), [9]);
    assert.deepEqual(posted(), [[7, 8]]);
    seat.bury();
    assert.deepEqual(endings, [[7, "suspect"], [8, "suspect"]]);
  });

  it("abandons all, posted or not", () => {
    const { seat, seated, endings } = aSeat();
    seat.enter(seated(7));
    seat.send();
    seat.enter(seated(8));
    seat.abandon("close");
    assert.deepEqual(endings, [[7, "innocent"], [8, "innocent"]]);
  });
});
