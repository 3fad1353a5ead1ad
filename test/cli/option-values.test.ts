import { InvalidArgumentError } from "commander";
import assert from "node:assert/strict";
import { test } from "node:test";
import { commaList, headerLine, oneOf, pointInTime, positiveNumber, wholeNumber } from "../../src/cli/option-values.ts";

const now = Date.parse("2026-01-02T12:00:00Z");

for (
  const [what, parse, text, value] of [
    ["a whole number", wholeNumber(1, 10), "10", 10],
    ["a positive number", positiveNumber(100), "0.5", 0.5],
    ["a list", commaList(["slow", "stale"]), "stale, slow,stale", ["stale", "slow"]],
    ["a word", oneOf(["dead", "running"]), "dead", "dead"],
    ["an age", pointInTime(() => now), "1h30m", "2026-01-02T10:30:00.000Z"],
    ["a time with a zone", pointInTime(() => now), "2026-01-02T12:00:00+02:00", "2026-01-02T10:00:00.000Z"],
    ["a header", headerLine, "X-Retry-Count: 2 ", { "X-Retry-Count": "2" }],
    ["a header with a colon in it", headerLine, "a:b: c", { a: "b: c" }],
    ["an empty header", headerLine, "a:", { a: "" }],
    ["Unix milliseconds", pointInTime(() => now), "1700000000000", "2023-11-14T22:13:20.000Z"],
  ] as const
) {
  test(`${what} is read from ${text}`, () => assert.deepEqual(parse(text), value));
}

for (
  const [what, parse, text, message] of [
    ["a whole number", wholeNumber(1, 10), "11", /from 1 to 10/],
    ["a whole number", wholeNumber(1, 10), "1e1", /from 1 to 10/],
    ["a whole number", wholeNumber(1, 10), "", /from 1 to 10/],
    ["a positive number", positiveNumber(100), "0", /above 0/],
    ["a positive number", positiveNumber(100), "Infinity", /above 0/],
    ["a list", commaList(["slow", "stale"]), "stael", /Did you mean stale\?/],
    ["a list", commaList(["slow", "stale"]), "quick-and-dirty", /Known: slow, stale/],
    ["a list", commaList(["slow", "stale"]), "", /There is no ""/],
    ["a word", oneOf(["dead", "running"]), "ded", /Did you mean dead\?/],
    ["a word", oneOf(["dead", "running"]), "dead,running", /Known: dead, running/],
    ["a header", headerLine, "X-Retry-Count", /'Name: value'/],
    ["a header", headerLine, "X Retry: 1", /'Name: value'/],
    ["a header", headerLine, ": 1", /'Name: value'/],
    ["a header", headerLine, "", /'Name: value'/],
    ["a point in time", pointInTime(() => now), "yesterday", /2026-01-31/],
  ] as const
) {
  test(`${what} is not read from "${text}"`, () => {
    assert.throws(() => parse(text), (error) => error instanceof InvalidArgumentError && message.test(error.message));
  });
}

test("headers gather, and one that comes twice is not read", () => {
  const before = headerLine("A: 1");
  assert.deepEqual(headerLine("B: 2", before), { A: "1", B: "2" });
  assert.throws(() => headerLine("a: 2", before), /The header a is given twice/);
});
