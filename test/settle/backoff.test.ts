import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { backoffMs } from "../../src/settle/backoff.ts";

const policy = { attempts: 3, baseMs: 1000, factor: 2, maxMs: 300_000, jitter: "full" as const };

describe("backoff", () => {
  const cases: [jitter: "full" | "none", attempt: number, random: number, waitMs: number][] = [
    ["none", 1, 0.5, 1000],
    ["none", 2, 0.5, 2000],
    ["none", 4, 0.5, 8000],
    ["none", 10, 0.5, 300_000],
    ["none", 1000, 0.5, 300_000],
    ["full", 1, 0, 0],
    ["full", 1, 0.5, 500],
    ["full", 3, 0.999_999_9, 4000],
    ["full", 1000, 0.5, 150_000],
  ];
  for (const [jitter, attempt, random, waitMs] of cases) {
    it(`waits ${waitMs} ms after attempt ${attempt} with jitter ${jitter} and chance ${random}`, () => {
      assert.equal(backoffMs({ ...policy, jitter }, attempt, () => random), waitMs);
    });
  }

  it("is never negative, never above the maximum and always a number", () => {
    const anyPolicy = fc.record({
      attempts: fc.constant(3),
      baseMs: fc.nat(1e9),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      maxMs: fc.nat(1e9),
      jitter: fc.constantFrom("full" as const, "none" as const),
    });
    fc.assert(
      fc.property(
        anyPolicy,
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (any, attempt, chance) => {
          const waitMs = backoffMs(any, attempt, () => chance);
          assert.ok(waitMs >= 0 && waitMs <= any.maxMs, String(waitMs));
        },
      ),
    );
  });
});
