import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerToThrow, failureOf } from "../../../src/execute/thread/failure-of.ts";
import { Rejected, RetryAfter } from "../../../src/handler.ts";

class PaymentDeclined extends Error {}

const withName = (name: unknown) => Object.defineProperty(new Error("m"), "name", { value: name });
const throwing = () => {
  throw new Error("trap");
};
const traps = { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing };
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

describe("failureOf", () => {
  const cases: [string, unknown, code: string, message: string | RegExp][] = [
    ["an error", new TypeError("no"), "TypeError", "no"],
    ["an error with a code", Object.assign(new Error("no"), { code: "ECONNRESET" }), "ECONNRESET", "no"],
    ["an error with a code that is a number", Object.assign(new Error("no"), { code: 7 }), "Error", "no"],
    ["an error with a code that is a sentence", Object.assign(new Error("no"), { code: "a b" }), "Error", "no"],
    ["an error with an endless code", Object.assign(new Error("no"), { code: "E".repeat(65) }), "Error", "no"],
    [
      "an error of a class that set no name",
      Object.assign(new PaymentDeclined("no"), { name: "" }),
      "PaymentDeclined",
      "no",
    ],
    ["an error whose name is no text", withName({}), "Error", "m"],
    ["an error without a message", new RangeError(), "RangeError", "RangeError"],
    [
      "an error with a cause",
      new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }),
      "TypeError",
      "fetch failed (cause: connect ECONNREFUSED)",
    ],
    ["a cause without a message", new Error("a", { cause: new RangeError() }), "Error", "a (cause: RangeError)"],
    ["a cause that is its own", Object.assign(new Error("a"), { cause: cyclic }), "Error", "a"],
    ["a message that is no text", Object.assign(new Error(), { message: { a: 1 } }), "Error", "Error"],
    ["a getter that throws", Object.defineProperty(new Error("m"), "message", { get: throwing }), "Error", "Error"],
    ["a name getter that throws", Object.defineProperty(new Error("m"), "name", { get: throwing }), "Error", "m"],
    ["a stack getter that throws", Object.defineProperty(new Error("m"), "stack", { get: throwing }), "Error", "m"],
    ["an error behind a Proxy of traps", new Proxy(new Error("m"), traps), "NonError", /./],
    ["an error whose get trap throws", new Proxy(new Error("m"), { get: throwing }), "Error", "Error"],
    ["a revoked Proxy", revoked.proxy, "NonError", /./],
    ["undefined", undefined, "NonError", "undefined"],
    ["null", null, "NonError", "null"],
    ["a string", "text", "NonError", "text"],
    ["an empty string", "", "NonError", ""],
    ["a number", 0, "NonError", "0"],
    ["a BigInt", 1n, "NonError", "1n"],
    ["a symbol", Symbol("s"), "NonError", "Symbol(s)"],
    ["a function", () => 1, "NonError", /Function/],
    ["an object", { status: 503 }, "NonError", "{ status: 503 }"],
    ["an object that refers to itself", cyclic, "NonError", /Circular/],
    ["an object without a prototype", Object.create(null), "NonError", /./],
    ["an object whose toString throws", { toString: throwing }, "NonError", /toString/],
    ["an object with a custom inspect", { [Symbol.for("nodejs.util.inspect.custom")]: throwing }, "NonError", /./],
    [
      "a getter in an object",
      Object.defineProperty({}, "x", { get: throwing, enumerable: true }),
      "NonError",
      /Getter/,
    ],
    ["what only looks like an error", { name: "Error", message: "m", code: "E" }, "NonError", /message: 'm'/],
    ["a promise", Promise.resolve(1), "NonError", /Promise/],
  ];
  for (const [what, thrown, code, message] of cases) {
    it(`reads ${what}`, () => {
      const failure = failureOf(thrown);
      assert.equal(failure.code, code);
      if (typeof message === "string") assert.equal(failure.message, message);
      else assert.match(failure.message, message);
      assert.deepEqual(structuredClone(failure), failure);
    });
  }

  it("keeps messages and stacks bounded", () => {
    const error = new Error("m".repeat(100_000));
    error.stack = "s".repeat(100_000);
    const { message, stack } = failureOf(error);
    assert.match(message, /^m{2000}\.\.\. \(100000 characters\)$/);
    assert.match(stack!, /^s{8000}\.\.\. \(100000 characters\)$/);
    assert.equal(failureOf("x".repeat(5_000)).message.length, 2_000 + "... (5000 characters)".length);
  });
});

describe("answerToThrow", () => {
  it("refuses what was rejected, also by another copy of hookd", () => {
    const foreign = Object.assign(new Error("no"), { name: "Rejected", [Symbol.for("hookd.rejected")]: true });
    for (const thrown of [new Rejected("no"), foreign]) {
      const answer = answerToThrow(thrown);
      assert.deepEqual([answer.kind, "failure" in answer && answer.failure.code], ["refused", "Rejected"]);
    }
  });

  const waits: [ms: unknown, retryAfterMs: number | undefined][] = [
    [0, 0],
    [1.2, 2],
    [30_000, 30_000],
    [Infinity, 86_400_000],
    [-1, undefined],
    [NaN, undefined],
    ["5", undefined],
    [undefined, undefined],
  ];
  for (const [ms, retryAfterMs] of waits) {
    it(`takes a retry after ${String(ms)} ms as ${retryAfterMs ?? "an ordinary failure"}`, () => {
      const answer = answerToThrow(new RetryAfter(ms as number, "later"));
      assert.deepEqual(["failed", retryAfterMs], [
        answer.kind,
        answer.kind === "failed" ? answer.retryAfterMs : "none",
      ]);
    });
  }

  it("fails for all else", () => assert.equal(answerToThrow(new Proxy({}, traps)).kind, "failed"));
});
