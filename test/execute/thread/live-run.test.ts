import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunAnswer } from "../../../src/execute/protocol.ts";
import { InFlight } from "../../../src/execute/thread/in-flight.ts";
import { LiveRun, type LiveRunNeeds } from "../../../src/execute/thread/live-run.ts";
import { type HandlerContext, type HandlerEvent, Rejected, RetryAfter } from "../../../src/handler.ts";
import { aRequest } from "../a-request.ts";

type Handle = (event: HandlerEvent, context: HandlerContext) => unknown;

function aRun(handle: Handle, timeoutMs = 60_000) {
  const trace: unknown[] = [];
  let answered = (_answer: RunAnswer) => {};
  const answer = new Promise<RunAnswer>((resolve) => answered = resolve);
  const needs: LiveRunNeeds = {
    inFlight: new InFlight(),
    resultBytesMax: 1_000,
    log: () => {},
    onStack: (number) => void trace.push(`stack ${number}`),
    onEnd: (_run, ended) => {
      trace.push("end");
      answered(ended);
    },
    onReturn: () => void trace.push("return"),
  };
  const run = new LiveRun(needs, { event: "a", run: handle }, aRequest({ run: 7, attempt: 3, timeoutMs }));
  run.perform();
  return { run, answer, trace };
}

const never = () => new Promise<never>(() => {});
const aborted = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener("abort", resolve));
const timedOut = { kind: "failed", failure: { code: "ERR_TIMEOUT", message: "The handler did not end within 10 ms" } };

describe("a live run", () => {
  it("shows when its handler is on the stack: the first synchronous part, and the writing of the result", async () => {
    const { answer, trace } = aRun(async () => {
      await Promise.resolve();
      return { done: true };
    });
    assert.deepEqual(await answer, { kind: "ok", result: '{"done":true}' });
    assert.deepEqual(trace, ["stack 7", "stack 0", "return", "stack 7", "stack 0", "end"]);
  });

  it("tells the handler which attempt it makes, and for which source", async () => {
    const { answer } = aRun(({ data }, { attempt, source, signal }) => [data, attempt, source, signal.aborted]);
    const result = await answer;
    assert.match(result.kind === "ok" ? result.result : "", /^\[\{"n":\d+\},3,"events",false\]$/);
  });

  it("leaves the stack also when the handler throws at once", async () => {
    const { answer, trace } = aRun(() => {
      throw new Error("at once");
    });
    assert.equal((await answer).kind, "failed");
    assert.deepEqual(trace, ["stack 7", "stack 0", "return", "end"]);
  });

  it("takes a thenable, and one that throws when it is asked", async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- this is what a handler may do
    const thenable = (then: PropertyDescriptor) => Object.defineProperty({}, "then", then);
    const { answer: well } = aRun(() => thenable({ value: (resolve: (value: number) => void) => resolve(5) }));
    assert.deepEqual(await well, { kind: "ok", result: "5" });
    const get = () => {
      throw new RangeError("ask not");
    };
    const failed = await aRun(() => thenable({ get })).answer;
    assert.deepEqual(failed.kind === "failed" && failed.failure.code, "RangeError");
  });

  it("ends a handler that hangs shortly after its deadline, with a reason in its signal", async () => {
    let reason: unknown;
    const { answer, trace } = aRun((_event, { signal }) => {
      signal.addEventListener("abort", () => reason = signal.reason);
      return never();
    }, 10);
    assert.deepEqual(await answer, timedOut);
    assert.deepEqual(trace, ["stack 7", "stack 0", "end"]);
    assert.deepEqual([(reason as Error).name, (reason as { code: string }).code], ["TimeoutError", "ERR_TIMEOUT"]);
  });

  it("takes whatever a handler throws after its deadline for the timeout that it is", async () => {
    const { answer } = aRun(async (_event, { signal }) => {
      await aborted(signal);
      throw new Error("the fetch was aborted");
    }, 10);
    assert.deepEqual(await answer, timedOut);
  });

  it("heeds what a handler asks for, and what it still finishes, after its deadline", async () => {
    const ends: [() => unknown, RunAnswer["kind"]][] = [
      [() => "done", "ok"],
      [() => Promise.reject(new Rejected("no")), "refused"],
      [() => Promise.reject(new RetryAfter(5)), "failed"],
    ];
    for (const [end, kind] of ends) {
      const { answer } = aRun(async (_event, { signal }) => {
        await aborted(signal);
        return end();
      }, 10);
      const found = await answer;
      assert.equal(found.kind, kind);
      if (found.kind === "failed") assert.equal(found.retryAfterMs, 5);
    }
  });

  it("interrupts a handler that gives way to the drain, and charges nothing", async () => {
    const { run, answer } = aRun(async (_event, { signal }) => {
      await aborted(signal);
      throw signal.reason;
    });
    run.drain();
    run.drain();
    assert.deepEqual(await answer, { kind: "interrupted", cause: "drain" });
  });

  it("hands out one signal, aborted already if it is asked for too late", async () => {
    const { answer } = aRun(async (_event, context) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [context.signal.aborted, context.signal === context.signal, context.signal.reason.code];
    }, 10);
    assert.deepEqual(await answer, { kind: "ok", result: '[true,true,"ERR_TIMEOUT"]' });
  });

  it("has answered when it is performed, if the handler returns no promise", () => {
    for (const value of [undefined, null, 5, "text", true]) {
      const { trace } = aRun(() => value);
      assert.deepEqual(trace, ["stack 7", "stack 0", "return", "stack 7", "stack 0", "end"]);
    }
  });

  it("counts as returned once, also by a thenable that settles twice", async () => {
    class Twice extends Promise<number> {
      // oxlint-disable-next-line unicorn/no-thenable -- this is what a handler may return
      override then(resolved: any): any {
        resolved(1);
        resolved(2);
      }
    }
    const twice = new Twice(() => {});
    void Object.defineProperty(twice, "constructor", { value: Promise });
    const { answer, trace } = aRun(() => twice);
    assert.deepEqual(await answer, { kind: "ok", result: "1" });
    assert.equal(trace.filter((step) => step === "return").length, 1);
  });

  it("answers once, whatever comes after", async () => {
    const { run, answer, trace } = aRun(() => Promise.resolve("late"));
    run.throw(new Error("thrown beside it"));
    run.drain();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await answer).kind, "failed");
    assert.deepEqual(trace.filter((step) => step === "end" || step === "return"), ["end", "return"]);
  });
});
