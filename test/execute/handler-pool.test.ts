import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { systemClock } from "../../src/clock.ts";
import { HandlerPool } from "../../src/execute/handler-pool.ts";
import type { Outcome } from "../../src/model.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { ACTS, anActEvent, type APool, aPool, threadsOf } from "./a-pool.ts";

const codeOf = (outcome: Outcome) => "failure" in outcome ? [outcome.kind, outcome.failure.code] : [outcome.kind];

// Opened here, since Deno does not wait for what a suite awaits.
const shared = await aPool();

describe("HandlerPool.run, when only the handler's own run is concerned", () => {
  const { outcome, act, signals, runs, told } = shared;
  const cases: [act: string, expected: Partial<Outcome> | readonly unknown[]][] = [
    ["return", { kind: "ok", result: '{"a":[1,"é"]}' }],
    ["undefined", { kind: "ok", result: "null" }],
    ["throw", ["failed", "E_LUCK"]],
    ["reject", ["refused", "Rejected"]],
    ["huge", ["refused", "ERR_RESULT_TOO_LARGE"]],
    ["cyclic", ["refused", "ERR_RESULT_INVALID"]],
    ["bigint", ["refused", "ERR_RESULT_INVALID"]],
    ["function", ["refused", "ERR_RESULT_INVALID"]],
    ["bad-json", ["refused", "ERR_RESULT_INVALID"]],
  ];
  for (const [name, expected] of cases) {
    it(`gives the exact outcome of "${name}"`, async () => {
      const found = await outcome(name, { value: { a: [1, "é"] } });
      assert.deepEqual(Array.isArray(expected) ? codeOf(found) : found, expected);
    });
  }

  it("hands on when a handler wants to be run again", async () => {
    const found = await outcome("retry-after");
    assert.deepEqual([...codeOf(found), found.kind === "failed" && found.retryAfterMs], [
      "failed",
      "RetryAfter",
      5_000,
    ]);
  });

  it("ends a run that hangs, one that heeds its signal, and keeps what one did in time to be heard", async () => {
    const ended = await Promise.all(["hang", "heed", "finish-late"].map((name) => outcome(name, { timeoutMs: 100 })));
    assert.deepEqual(ended.map(codeOf), [["failed", "ERR_TIMEOUT"], ["failed", "ERR_TIMEOUT"], ["ok"]]);
  });

  it("charges a late throw and an unhandled rejection to the run that is to blame, and to no neighbour", async () => {
    const others = Array.from({ length: 6 }, () => outcome("wait", { ms: 300 }));
    const blamed = await Promise.all([outcome("throw-late"), outcome("reject-unhandled")]);
    assert.deepEqual(blamed.map(codeOf), [["failed", "Error"], ["failed", "Error"]]);
    assert.deepEqual((await Promise.all(others)).map(codeOf), others.map(() => ["ok"]));
  });

  it("tells of a throw after the run's end with its event, and charges no neighbour", async () => {
    const event = anActEvent("throw-after-end", { runs: "/dev/null" });
    const others = Array.from({ length: 6 }, () => outcome("wait", { ms: 300 }));
    assert.deepEqual(codeOf(await outcome("", { event })), ["ok"]);
    assert.deepEqual((await Promise.all(others)).map(codeOf), others.map(() => ["ok"]));
    const strays = signals.filter(({ kind }) => kind === "stray-throw");
    assert.deepEqual(strays, [{ kind: "stray-throw", eventId: event.id, message: "Error: after the end" }]);
  });

  it("hands on what the handler logs, with its event, and not without end", async () => {
    const event = anActEvent("log", { runs: "/dev/null" });
    await outcome("", { event });
    // Lines and answers come through different ports.
    await told(
      "handler-log",
      ({ eventId, level, message }) => eventId === event.id && /is dropped/.test(level + message),
    );
    const lines = signals.filter((signal) => signal.kind === "handler-log" && signal.eventId === event.id);
    const line = { kind: "handler-log", eventId: event.id, type: "act.log" };
    assert.deepEqual(lines.slice(0, 3), [
      { ...line, level: "info", message: "hello", fields: { from: "handler" } },
      { ...line, level: "warn", message: "bad fields", fields: { fields: "dropped: not JSON" } },
      { ...line, level: "debug", message: "line 0" },
    ]);
    assert.equal(lines.length, 1_001);
  });

  it("measures the attempt", async () => {
    const before = Date.now();
    const { startedAt, durationMs } = await act("wait", { ms: 60 });
    assert.ok(startedAt >= before && durationMs >= 50, `${startedAt - before} ${durationMs}`);
  });

  it("restarted no thread for any of this, and ran nothing twice", () => {
    assert.deepEqual(signals.filter(({ kind }) => kind === "worker-restarted"), []);
    assert.equal(new Set(runs()).size, runs().length);
  });
});

/** One thread, in which innocents wait until the bad one has done its worst. */
async function beside(a: APool, bad: string, count: number) {
  const innocents = Array.from({ length: count }, () => a.outcome("gate"));
  await a.begun(count);
  const outcome = a.outcome(bad);
  const restarted = await a.told("worker-restarted");
  a.openGate();
  return { outcome: await outcome, innocents: await Promise.all(innocents), restarted };
}

describe("HandlerPool.run, when a handler takes its thread with it", () => {
  const cases: [bad: string, code: string, cause: string, known: boolean][] = [
    // The guilty one is known: the innocents are given back.
    ["spin", "ERR_THREAD_STUCK", "stuck", true],
    ["exit", "ERR_THREAD_EXIT", "exit", true],
    ["exit-later", "ERR_THREAD_EXIT", "exit", true],
    // It is not: all of them run again, each alone.
    ["spin-later", "ERR_THREAD_STUCK", "stuck", false],
    ["leak-buffers", "ERR_THREAD_MEMORY", "memory", false],
    ["leak-buffers-blocked", "ERR_THREAD_MEMORY", "memory", false],
    ["leak-heap", "ERR_THREAD_MEMORY", "memory", false],
  ];
  for (const [bad, code, cause, known] of cases) {
    it(`charges "${bad}" one attempt, its neighbours none, and goes on`, async () => {
      // The blocked leak must be met by the watch over the process before it counts as stuck.
      const a = await aPool({ threads: 1, stuckAfterMs: bad === "leak-buffers-blocked" ? 10_000 : 1_000 });
      const count = bad === "spin-later" ? 5 : 2;
      const { outcome, innocents, restarted } = await beside(a, bad, count);
      assert.deepEqual(codeOf(outcome), ["failed", code]);
      assert.deepEqual(innocents.map(({ kind }) => kind), innocents.map(() => known ? "interrupted" : "ok"));
      assert.equal(a.runs().length, (count + 1) * (known ? 1 : 2));
      assert.equal(restarted.cause, cause);
      assert.deepEqual(codeOf(await a.outcome("return")), ["ok"]);
      await a.pool.close();
    });
  }

  it("interrupts, and charges nobody, when a run that has ended exits the process", async () => {
    const a = await aPool({ threads: 1 });
    const { outcome, innocents } = await beside(a, "exit-after-end", 2);
    assert.deepEqual(codeOf(outcome), ["ok"]);
    assert.deepEqual(innocents, innocents.map(() => ({ kind: "interrupted", cause: "exit" })));
    assert.deepEqual(codeOf(await a.outcome("return")), ["ok"]);
  });

  it("runs an event that killed a thread alone from then on: its next attempt interrupts nobody", async () => {
    const a = await aPool({ threads: 1 });
    const event = anActEvent("spin", { runs: "/dev/null" });
    assert.deepEqual(codeOf(await a.outcome("", { event })), ["failed", "ERR_THREAD_STUCK"]);
    const innocents = Array.from({ length: 5 }, () => a.outcome("wait", { ms: 1_500 }));
    assert.deepEqual(codeOf(await a.outcome("", { event, attempt: 2 })), ["failed", "ERR_THREAD_STUCK"]);
    assert.deepEqual((await Promise.all(innocents)).map(codeOf), innocents.map(() => ["ok"]));
  });

  it("replaces a thread that is full of hanging handlers once its last run has ended", async () => {
    const a = await aPool({ threads: 1, perThread: 2 });
    const hanging = await Promise.all(["hang", "hang"].map((name) => a.outcome(name, { timeoutMs: 50 })));
    assert.deepEqual(hanging.map(codeOf), hanging.map(() => ["failed", "ERR_TIMEOUT"]));
    assert.match((await a.told("worker-restarted")).detail ?? "", /never returned/);
    assert.deepEqual(codeOf(await a.outcome("return")), ["ok"]);
  });
});

describe("HandlerPool, when the daemon stops", () => {
  it("aborts the signals of all runs: who heeds it is interrupted, who finishes is done", async () => {
    const a = await aPool();
    const runs = ["heed", "finish-late", "wait"].map((name) => a.outcome(name, { ms: 300 }));
    await a.begun(3);
    a.pool.abortAll();
    const [heeds, finishes, waits] = await Promise.all(runs);
    assert.deepEqual(heeds, { kind: "interrupted", cause: "drain" });
    assert.deepEqual([finishes?.kind, waits?.kind], ["ok", "ok"]);
    assert.deepEqual(await a.outcome("heed"), { kind: "interrupted", cause: "drain" });
  });

  it("closes with runs in flight and suspects in quarantine: all of them are interrupted", async () => {
    const a = await aPool({ threads: 1, stuckAfterMs: 60_000 });
    const killer = anActEvent("exit", { runs: "/dev/null" });
    assert.deepEqual(codeOf(await a.outcome("", { event: killer })), ["failed", "ERR_THREAD_EXIT"]);
    const runs = [a.outcome("hang"), a.outcome("spin"), a.outcome("hang", { id: killer.id })];
    await a.begun(3);
    await a.pool.close();
    assert.deepEqual(await Promise.all(runs), runs.map(() => ({ kind: "interrupted", cause: "close" })));
    assert.deepEqual(await a.outcome("return"), { kind: "interrupted", cause: "close" });
  });
});

describe("HandlerPool.open", () => {
  it("resolves when every thread has imported the handlers", async () => {
    const { pool, signals } = await aPool({ threads: 3 });
    assert.deepEqual(pool.threads(), { idle: 3, busy: 0, starting: 0 });
    assert.equal(signals.filter(({ kind }) => kind === "worker-started").length, 3);
  });

  const open = (name: string, text: string) => {
    const file = join(tempFolder(), name);
    writeFileSync(file, text);
    const pool = {
      threads: 1,
      perThread: 1,
      timeoutMs: 1_000,
      stuckAfterMs: 1_000,
      memoryBytes: 128 * 2 ** 20,
      resultBytesMax: 1_000,
    };
    return HandlerPool.open({ handlers: threadsOf([ACTS, file]), clock: systemClock, emit: () => {}, pool });
  };

  it("rejects, naming file and line, if a file fails in a thread that did not fail at discovery", async () => {
    await assert.rejects(open("changed.mjs", "const a = 1;\nthrow new Error('changed');\n"), {
      code: "ERR_HANDLER_INVALID",
      message: /changed\.mjs:2 Error: changed/,
    });
  });

  it("rejects if a thread ends before it is ready", async () => {
    const text = `import process from "node:process"; process.exit(9);`;
    await assert.rejects(open("exits.mjs", text), {
      code: "ERR_POOL_FAILED",
      message: /while it was starting: exit code 9/,
    });
  });
});
