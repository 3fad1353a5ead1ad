import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHandlerLog, LOG_LINES_MAX, type LogLine } from "../../../src/execute/thread/handler-log.ts";

function aLog() {
  const lines: LogLine[] = [];
  return { lines, log: createHandlerLog({ id: "e7", type: "a" }, (line) => lines.push(line)) };
}

describe("createHandlerLog", () => {
  it("posts a line for each level, with its event", () => {
    const { lines, log } = aLog();
    for (const level of ["debug", "info", "warn", "error"] as const) log[level](`m ${level}`, { level });
    assert.deepEqual(
      lines,
      ["debug", "info", "warn", "error"].map((level) => ({
        kind: "log",
        eventId: "e7",
        type: "a",
        level,
        message: `m ${level}`,
        fields: `{"level":"${level}"}`,
      })),
    );
  });

  it("never throws, whatever it is given", () => {
    const { lines, log } = aLog();
    const fields = [
      { a: 1n },
      {
        get a() {
          throw new Error("no");
        },
      },
      "text",
      null,
      undefined,
      () => {},
    ];
    for (const field of fields) log.info("m", field as never);
    log.info(undefined as never);
    const dropped = `{"fields":"dropped: not JSON"}`;
    assert.deepEqual(lines.map((line) => line.fields), [dropped, dropped, ...Array(5).fill(undefined)]);
    assert.equal(lines.at(-1)?.message, "undefined");
  });

  it("cuts what is too long", () => {
    const { lines, log } = aLog();
    log.info("m".repeat(10_000), { a: "x".repeat(10_000) });
    assert.equal(lines[0]?.message.length, 4_000);
    assert.equal(lines[0]?.fields, '{"fields":"dropped: 10008 characters"}');
  });

  it("ends a flood with a last line that says so", () => {
    const { lines, log } = aLog();
    for (let i = 0; i < LOG_LINES_MAX + 50; i++) log.info("m");
    assert.equal(lines.length, LOG_LINES_MAX + 1);
    assert.match(lines.at(-1)?.message ?? "", /More than 1000 lines: the rest is dropped/);
  });
});
