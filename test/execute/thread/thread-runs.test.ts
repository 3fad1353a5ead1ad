import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createBoard, readBoard } from "../../../src/execute/board.ts";
import type { RunAnswer, ThreadMessage } from "../../../src/execute/protocol.ts";
import { ThreadRuns } from "../../../src/execute/thread/thread-runs.ts";
import type { HandlerContext, HandlerDefinition, HandlerEvent } from "../../../src/handler.ts";
import { aRequest } from "../a-request.ts";

function aThread() {
  const board = createBoard();
  const posted: ThreadMessage[] = [];
  const handlers: HandlerDefinition[] = [];
  const waiting = new Map<number, (answer: RunAnswer) => void>();
  /** The runs of each message of answers. */
  const messages: number[][] = [];
  let now = 0;
  const runs = new ThreadRuns({
    board,
    resultBytesMax: 1_000,
    handlerOf: (file) => handlers[file],
    post: (message) => void posted.push(message),
    now: () => now += 0.001,
    answer: (answers) => {
      messages.push(answers.filter((part) => typeof part === "number"));
      for (let i = 0; i < answers.length; i += 2) {
        const answer = answers[i + 1] as string | RunAnswer;
        waiting.get(answers[i] as number)!(typeof answer === "string" ? { kind: "ok", result: answer } : answer);
      }
    },
  });
  type Handle = (event: HandlerEvent, context: HandlerContext) => unknown;
  /** Runs of one batch, each with a file of its own. */
  const batch = (handles: readonly Handle[], timeoutMs = 60_000) => {
    const requests = handles.map((handle) => {
      const run = handlers.push({ event: "a", run: handle });
      return aRequest({ run, id: `e${run}`, file: run - 1, timeoutMs });
    });
    const answers = requests.map(({ run }) => new Promise<RunAnswer>((resolve) => waiting.set(run, resolve)));
    runs.take(requests);
    return answers;
  };
  const run = (handle: Handle, timeoutMs?: number) => batch([handle], timeoutMs)[0]!;
  const again = (file: number) => {
    const request = aRequest({ run: 1_000 + file, file });
    const answer = new Promise<RunAnswer>((resolve) => waiting.set(request.run, resolve));
    return { request, answer };
  };
  /** What a handler does that holds the thread. */
  const spin = (ms: number) => void (now += ms);
  return { board, posted, runs, run, batch, again, messages, spin };
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
    assert.deepEqual(posted.map((message) => message.kind === "stray" && message.eventId), [undefined]);
  });

  it("charge an unknown throw to the only run that the thread ever had", async () => {
    const { runs, run } = aThread();
    const only = run(never);
    runs.onThrown(boom);
    assert.equal((await only).kind, "failed");
  });

  it("tell of a throw after its run's end, with its event's id", async () => {
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
    assert.deepEqual(posted.map((message) => message.kind === "stray" && [message.eventId, message.failure.message]), [
      ["e1", "boom"],
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

  it("answer together what ends in one turn, and apart what ends later", async () => {
    const { batch, messages } = aThread();
    const slow = () => wait(30);
    await Promise.all(batch([() => 1, slow, () => Promise.resolve(3), () => 4]));
    assert.deepEqual(messages.map((runs) => new Set(runs)), [new Set([1, 3, 4]), new Set([2])]);
  });

  it("begin no more in a turn once one of them has held the thread", async () => {
    const { batch, messages, spin } = aThread();
    await Promise.all(batch([() => 1, () => spin(5), () => 3, () => 4]));
    assert.deepEqual(messages, [[1, 2], [3, 4]]);
  });

  it("begin a handler that held the thread before when the answers of those before it are out", async () => {
    const { runs, batch, again, messages, spin } = aThread();
    await Promise.all(batch([async () => {}, () => spin(5)]));
    messages.length = 0;
    const [fast, slow] = [again(0), again(1)];
    runs.take([fast.request, slow.request]);
    await Promise.all([fast.answer, slow.answer]);
    assert.deepEqual(messages, [[1_000], [1_001]]);
  });

  it("trust a handler again that has begun well for a while", async () => {
    const { runs, batch, again, messages, spin } = aThread();
    let ms = 5;
    await Promise.all(batch([() => 1, () => spin(ms)]));
    ms = 0;
    const split = async () => {
      messages.length = 0;
      const [fast, slow] = [again(0), again(1)];
      runs.take([fast.request, slow.request]);
      await Promise.all([fast.answer, slow.answer]);
      return messages.length === 2;
    };
    const seen: boolean[] = [];
    while (seen.length < 70) seen.push(await split());
    assert.equal(seen.lastIndexOf(true) + 1, 64);
  });

  it("keep their order when a batch comes while another waits", async () => {
    const { batch, messages, spin } = aThread();
    const order: number[] = [];
    const first = batch([() => spin(5), () => order.push(2), () => order.push(3)]);
    const second = batch([() => order.push(4)]);
    await Promise.all([...first, ...second]);
    assert.deepEqual(order, [2, 3, 4]);
    assert.deepEqual(messages.flat(), [1, 2, 3, 4]);
  });

  it("have posted what has ended when one of them exits", async () => {
    const { runs, batch, messages } = aThread();
    let exited: number[][] = [];
    const [answer] = batch([() => 1, () => {
      runs.onExit();
      exited = [...messages];
    }]);
    await answer;
    assert.deepEqual(exited, [[1]]);
  });

  it("fail a run whose handler could not be imported here", async () => {
    const { runs, again } = aThread();
    const { request, answer } = again(7);
    runs.take([request]);
    const found = await answer;
    assert.equal(found.kind === "failed" && found.failure.code, "ERR_HANDLER_INVALID");
  });
});
