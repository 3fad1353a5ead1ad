import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createBoard, readBoard } from "../../../src/execute/board.ts";
import type { RunRequest, ThreadMessage } from "../../../src/execute/protocol.ts";
import { ThreadRuns } from "../../../src/execute/thread/thread-runs.ts";
import type { HandlerContext, HandlerEvent } from "../../../src/handler.ts";
import { aStoredEvent } from "../../support/an-event.ts";

function aThread() {
  const board = createBoard();
  const posted: ThreadMessage[] = [];
  const runs = new ThreadRuns({ board, resultBytesMax: 1_000, post: (message) => void posted.push(message) });
  let last = 0;
  const run = (handle: (event: HandlerEvent, context: HandlerContext) => unknown, timeoutMs = 60_000) => {
    const { id, source, type, key, receivedAt, headers, body } = aStoredEvent();
    const event = { id, source, type, key, receivedAt, headers, body, orderingKey: undefined };
    const request: RunRequest = { ...event, run: ++last, file: 0, attempt: 1, timeoutMs, dataPointer: "" };
    return runs.run({ event: "a", run: handle }, request);
  };
  return { board, posted, runs, run };
}

const never = () => new Promise<never>(() => {});
const boom = new Error("boom");

describe("the runs of a thread", () => {
  it("know on whose account code runs, before and after an await", async () => {
    const { runs, run } = aThread();
    const seen = await Promise.all([1, 2, 3].map((ms) =>
      run(async () => {
        const before = runs.current?.number;
        await wait(4 - ms);
        return [before, runs.current?.number];
      })
    ));
    const expected = [1, 2, 3].map((number) => ({ kind: "ok", result: `[${number},${number}]` }));
    assert.deepEqual(seen, expected);
    assert.equal(runs.current, undefined);
  });

  it("charge a stray throw to the run that threw it", async () => {
    const { runs, run, posted } = aThread();
    const innocent = run(() => wait(20).then(() => "fine"));
    const guilty = run(() => {
      setImmediate(() => runs.onThrown(boom));
      return never();
    });
    assert.equal((await guilty).kind, "failed");
    assert.deepEqual(await innocent, { kind: "ok", result: '"fine"' });
    assert.deepEqual(posted, []);
  });

  it("charge nobody on suspicion when the thrower is unknown, and tell of it", async () => {
    const { runs, run, posted } = aThread();
    const innocents = [run(() => wait(20)), run(() => wait(20))];
    runs.onThrown(boom);
    assert.deepEqual((await Promise.all(innocents)).map(({ kind }) => kind), ["ok", "ok"]);
    assert.deepEqual(posted.map((message) => message.kind === "stray" && message.run), [undefined]);
  });

  it("charge an unknown throw to the only run that the thread ever had", async () => {
    const { runs, run } = aThread();
    const only = run(never);
    runs.onThrown(boom);
    assert.equal((await only).kind, "failed");
  });

  it("tell of a throw after its run's end, with the run's number", async () => {
    const { runs, run, posted } = aThread();
    let thrown = () => {};
    const late = new Promise<void>((resolve) => thrown = resolve);
    await run(() => {
      setTimeout(() => {
        runs.onThrown(boom);
        thrown();
      }, 5);
    });
    await late;
    assert.deepEqual(posted.map((message) => message.kind === "stray" && [message.run, message.failure.message]), [
      [1, "boom"],
    ]);
  });

  it("write on the board who exits", async () => {
    const { runs, run, board } = aThread();
    await run(() => "other");
    await run(async () => {
      await Promise.resolve();
      runs.onExit();
    });
    assert.equal(readBoard(board).culprit, 2);
  });

  it("count zombies: handlers that outlive their attempt, until they return", async () => {
    const { run, board } = aThread();
    let release = () => {};
    const gate = new Promise<void>((resolve) => release = resolve);
    const ended = await Promise.all([run(() => gate, 5), run(never, 5), run(() => "well", 5)]);
    assert.deepEqual(ended.map(({ kind }) => kind), ["failed", "failed", "ok"]);
    assert.equal(readBoard(board).zombies, 2);
    release();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(readBoard(board).zombies, 1);
  });

  it("drain: those that run and those to come", async () => {
    const { runs, run } = aThread();
    const heed = (_event: HandlerEvent, { signal }: HandlerContext) => {
      signal.throwIfAborted();
      return wait(60_000, undefined, { signal });
    };
    const running = run(heed);
    runs.drain();
    for (const answer of [await running, await run(heed)]) {
      assert.deepEqual(answer, { kind: "interrupted", cause: "drain" });
    }
  });
});
