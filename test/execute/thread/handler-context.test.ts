import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { handlerContext } from "../../../src/execute/thread/handler-context.ts";
import type { LogLine } from "../../../src/execute/thread/handler-log.ts";
import { InFlight } from "../../../src/execute/thread/in-flight.ts";
import { LiveRun } from "../../../src/execute/thread/live-run.ts";
import { aRequest } from "../a-request.ts";

function aContext() {
  const lines: LogLine[] = [];
  const nothing = () => {};
  const needs = {
    inFlight: new InFlight(),
    resultBytesMax: 1,
    log: (line: LogLine) => void lines.push(line),
    onStack: nothing,
    onEnd: nothing,
    onReturn: nothing,
  };
  const run = new LiveRun(needs, { event: "a", run: nothing }, aRequest({ id: "e7", attempt: 3, source: "s" }));
  const context = handlerContext(run);
  run.end({ kind: "ok", result: "null" });
  return { run, context, lines };
}

describe("the context of a handler", () => {
  it("tells the attempt and the source, and has the run's own signal", () => {
    const { run, context } = aContext();
    assert.deepEqual([context.attempt, context.source], [3, "s"]);
    assert.equal(context.signal, context.signal);
    run.drain();
    assert.equal(context.signal, run.signal());
  });

  it("has one log, whose functions work alone, with the event's id on each line", () => {
    const { context, lines } = aContext();
    const { info } = context.log;
    info("hello");
    context.log.warn("again");
    assert.deepEqual(lines.map(({ eventId, level, message }) => [eventId, level, message]), [
      ["e7", "info", "hello"],
      ["e7", "warn", "again"],
    ]);
  });

  it("is whole in a copy", () => {
    assert.deepEqual(Object.keys({ ...aContext().context }).sort(), ["attempt", "log", "signal", "source"]);
  });
});
