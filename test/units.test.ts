import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatDuration, parseDuration, parseRate, parseSize, type Rate } from "../src/units.ts";

const DAY = 86_400_000;

describe("a duration", () => {
  const good: [text: string, ms: number][] = [
    ["0s", 0],
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5s", 1500],
    ["0.0004s", 0],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["1m250ms", 60_250],
    ["1d2h3m4s5ms", DAY + 7_200_000 + 180_000 + 4_000 + 5],
    ["72h", 3 * DAY],
    ["999999999d", 999_999_999 * DAY],
  ];
  for (const [text, ms] of good) {
    it(`${text} is ${ms} ms`, () => assert.deepEqual(parseDuration(text), { kind: "ok", value: ms }));
  }

  const bad = [
    "",
    "30",
    "s",
    "-1s",
    "+1s",
    " 1s",
    "1s\n",
    "1 s",
    "30m1h",
    "1h1h",
    "1S",
    "1w",
    ".5s",
    "1.s",
    "1e3s",
    "1,5s",
    "1000000000d",
    "forever",
    "NaN",
    "١s",
  ];
  for (const text of bad) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseDuration(text), { kind: "faulty", expected: "a duration such as 30s, 1h30m or 250ms" });
    });
  }

  it("is refused in time that grows with its length alone", () => {
    assert.equal(parseDuration(`${"1".repeat(100_000)}x`).kind, "faulty");
  });

  it("is read back to the millisecond from what is shown", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
      assert.deepEqual(parseDuration(formatDuration(ms)), { kind: "ok", value: ms });
    }));
  });
});

describe("a duration is shown", () => {
  const table: [ms: number, text: string][] = [
    [0, "0s"],
    [1, "1ms"],
    [1500, "1s500ms"],
    [5_400_000, "1h30m"],
    [3 * DAY, "3d"],
    [Infinity, "forever"],
  ];
  for (const [ms, text] of table) it(`${ms} as ${text}`, () => assert.equal(formatDuration(ms), text));
});

describe("a size", () => {
  const good: [text: string, bytes: number][] = [
    ["0B", 0],
    ["512B", 512],
    ["16KB", 16_384],
    ["1MB", 1_048_576],
    ["1.5GB", 1_610_612_736],
    ["0.5B", 1],
  ];
  for (const [text, bytes] of good) {
    it(`${text} is ${bytes} bytes`, () => assert.deepEqual(parseSize(text), { kind: "ok", value: bytes }));
  }

  for (const text of ["", "1", "MB", "1mb", "1M", "1MiB", "1 MB", "1MB512KB", "-1B", "1TB", "1MB\n"]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseSize(text), { kind: "faulty", expected: "a size such as 16KB, 1MB or 1.5GB" });
    });
  }
});

describe("parseRate", () => {
  const good: [string, Rate][] = [["100/s", { count: 100, perMs: 1000 }], ["1/m", { count: 1, perMs: 60_000 }], [
    "5000/h",
    { count: 5000, perMs: 3_600_000 },
  ]];
  for (const [text, rate] of good) it(`reads ${text}`, () => assert.deepEqual(parseRate(text), rate));
  for (const text of ["", "0/s", "-1/s", "1.5/s", "100", "100/d", "100/ s", "100/second", "1e3/s"]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseRate(text), undefined));
  }
});
