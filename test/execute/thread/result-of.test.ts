import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answerToReturn } from "../../../src/execute/thread/result-of.ts";

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const throwing = () => {
  throw new Error("not as JSON");
};

describe("answerToReturn", () => {
  const kept: [unknown, string][] = [
    [undefined, "null"],
    [null, "null"],
    [{ a: 1, b: undefined }, '{"a":1}'],
    ["é", '"é"'],
    [NaN, "null"],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ];
  for (const [value, result] of kept) {
    it(`keeps ${String(value)} as ${result}`, () => {
      assert.deepEqual(answerToReturn(value, 1_000), { kind: "ok", result });
    });
  }

  const refused: [string, unknown, RegExp][] = [
    ["a cycle", cyclic, /circular|cyclic/i],
    ["a BigInt", [1n], /BigInt/],
    ["a function", () => {}, /its type is function$/],
    ["a symbol", Symbol("s"), /its type is symbol$/],
    ["a toJSON that throws", { toJSON: throwing }, /not as JSON/],
    ["a getter that throws", {
      get a() {
        return throwing();
      },
    }, /not as JSON/],
    ["a toJSON without a result", { toJSON: () => undefined }, /its type is object$/],
  ];
  for (const [what, value, message] of refused) {
    it(`refuses ${what}: a retry would only repeat the work`, () => {
      const answer = answerToReturn(value, 1_000);
      assert.equal(answer.kind, "refused");
      assert.equal(answer.kind === "refused" && answer.failure.code, "ERR_RESULT_INVALID");
      assert.match(answer.kind === "refused" ? answer.failure.message : "", message);
    });
  }

  it("counts bytes, not characters, and keeps what just fits", () => {
    assert.equal(answerToReturn("é".repeat(4), 10).kind, "ok");
    assert.deepEqual(answerToReturn("é".repeat(4), 9), {
      kind: "refused",
      failure: { code: "ERR_RESULT_TOO_LARGE", message: "The handler's result has 10 bytes as JSON, above 9" },
    });
  });
});
