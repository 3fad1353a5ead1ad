import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Crew, type CrewOptions } from "../../src/execute/crew.ts";
import type { Ending } from "../../src/execute/seat.ts";
import { loadingOf } from "../../src/execute/worker-entry.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { ACTS, anActEvent } from "./a-pool.ts";
import { aRun } from "./a-run.ts";

interface ACrew {
  crew: Crew;
  deaths: [cause: string, detail: string][];
  /** Resolves when `count` threads have come up in all. */
  up(count: number): Promise<void>;
  /** One attempt, and how it ended. */
  run(act: string, more?: Record<string, unknown>): Promise<Ending>;
  /** How many runs have begun so far. */
  runs(): number;
}

function aCrew(over: Partial<CrewOptions>): ACrew {
  const log = join(tempFolder(), "runs");
  writeFileSync(log, "");
  const deaths: [string, string][] = [];
  let ready = 0;
  let last = 0;
  const waiting: { count: number; resolve: () => void }[] = [];
  const crew = new Crew({
    setup: {
      files: [ACTS],
      loading: loadingOf([ACTS]),
      sources: new Map(),
      drain: new SharedArrayBuffer(4),
      resultBytesMax: 1_000,
    },
    threads: 1,
    perThread: 4,
    memoryBytes: 128 * 2 ** 20,
    alone: false,
    onMessage: () => {},
    onReady: () => {
      ready += 1;
      for (const { count, resolve } of waiting) if (ready >= count) resolve();
    },
    onStartFailed: (message) => assert.fail(message),
    onDeath: (_thread, cause, detail) => void deaths.push([cause, detail]),
    ...over,
  });
  return {
    crew,
    deaths,
    up: (count) =>
      new Promise((resolve) => {
        if (ready >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    runs: () => readFileSync(log, "utf8").split("\n").filter((line) => line !== "").length,
    run: (act, more = {}) => {
      last += 1;
      const run = aRun(last, { event: anActEvent(act, { runs: log, ms: 100, ...more }) });
      return new Promise((resolve) => crew.attempt({ ...run, end: resolve }));
    },
  };
}

describe("a crew", () => {
  it("spreads runs over its threads", async () => {
    const { crew, up, run } = aCrew({ threads: 2 });
    await up(2);
    const runs = Array.from({ length: 4 }, () => run("wait"));
    assert.deepEqual(crew.look(0).map(({ inFlight }) => inFlight), [2, 2]);
    assert.deepEqual(crew.threads(), { idle: 0, busy: 2, starting: 0 });
    assert.deepEqual((await Promise.all(runs)).map(({ kind }) => kind), runs.map(() => "answered"));
    assert.deepEqual(crew.threads(), { idle: 2, busy: 0, starting: 0 });
    await crew.close();
  });

  it("runs what waited for a thread to be replaced, once it is", async () => {
    const { crew, up, run, deaths } = aCrew({});
    await up(1);
    const exits = run("exit");
    assert.deepEqual(await exits, { kind: "guilty", cause: "exit" });
    assert.equal((await run("return")).kind, "answered");
    assert.deepEqual(deaths, [["exit", "exit code 3"]]);
    await crew.close();
  });

  it("gives each of the suspects a thread of its own, and tells of no death when that goes", async () => {
    const { crew, up, run, deaths } = aCrew({ alone: true, threads: 2 });
    assert.deepEqual(crew.threads(), { idle: 0, busy: 0, starting: 0 });
    const acts = ["return", "wait", "exit", "return", "wait", "throw"];
    const endings = await Promise.all(acts.map((act) => run(act)));
    const kinds = acts.map((act) => act === "exit" ? "guilty" : "answered");
    assert.deepEqual(endings.map(({ kind }) => kind), kinds);
    await up(acts.length);
    assert.deepEqual(deaths, [["exit", "exit code 3"]]);
    await crew.close();
  });

  it("retires a thread when its last run has ended, and not before", async () => {
    const { crew, up, run, deaths } = aCrew({});
    await up(1);
    const waits = run("wait");
    crew.retire(crew.look(0)[0]!.thread);
    assert.equal((await waits).kind, "answered");
    await up(2);
    assert.deepEqual(deaths.map(([cause]) => cause), ["stuck"]);
    await crew.close();
  });

  it("gives back what a slow run of the same batch has not to do with, as soon as it is there", async () => {
    const { crew, up, run } = aCrew({ perThread: 3 });
    await up(1);
    const order: string[] = [];
    const ends = (name: string, ms: number) => run("wait", { ms }).then(() => void order.push(name));
    await Promise.all([ends("slow", 400), ends("fast", 1), ends("faster", 0)]);
    assert.equal(order[2], "slow");
    await crew.close();
  });

  it("has the answers of those before a run that blocks the thread, of the same batch, while it blocks", async () => {
    const { crew, up, run } = aCrew({ perThread: 4 });
    await up(1);
    // The first time teaches the thread that the handler blocks.
    assert.equal((await run("block", { ms: 50 })).kind, "answered");
    const gate = join(tempFolder(), "gate");
    const [first, second] = [run("return"), run("block", { ms: 5_000, gate })];
    // Held back until the second ends, it would wait for the gate that it opens.
    assert.equal((await first).kind, "answered");
    writeFileSync(gate, "");
    assert.deepEqual(await second, { kind: "answered", answer: { kind: "ok", result: '"opened"' } });
    await crew.close();
  });

  it("gives each run of a batch its own verdict when one of them takes the thread with it", async () => {
    const { crew, up, run, runs } = aCrew({ perThread: 8 });
    await up(1);
    const acts = ["return", "throw", "hang", "exit", "hang"];
    const endings = await Promise.all(acts.map((act) => run(act)));
    const seen = endings.map((ending) => ending.kind === "answered" ? ending.answer.kind : ending.kind);
    assert.deepEqual(seen, ["ok", "failed", "innocent", "guilty", "innocent"]);
    assert.equal(runs(), 4, "the one after the exit never began");
    await crew.close();
  });

  it("keeps what finds no room until there is some, in order", async () => {
    const { crew, up, run } = aCrew({ perThread: 2 });
    await up(1);
    const order: number[] = [];
    await Promise.all([0, 1, 2, 3, 4, 5].map((n) => run("wait", { ms: 20 }).then(() => void order.push(n))));
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
    assert.equal((await run("return")).kind, "answered");
    await crew.close();
  });

  it("ends as innocent whatever waits or runs when it is closed, and what comes later", async () => {
    const { crew, up, run } = aCrew({ perThread: 1 });
    await up(1);
    const open = [run("hang"), run("return")];
    await crew.close();
    const endings = [...await Promise.all(open), await run("return")];
    assert.deepEqual(endings, endings.map(() => ({ kind: "innocent", cause: "close" })));
  });
});
