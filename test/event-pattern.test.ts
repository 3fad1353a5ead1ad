import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EVENT_PATTERN, matchPatterns } from "../src/event-pattern.ts";

it("the most specific pattern counts: exact, then the longest wildcard", () => {
  const match = matchPatterns([["*", "any"], ["order.*", "order"], ["order.item.*", "item"], [
    "order.placed",
    "placed",
  ]]);
  const found = ["order.placed", "order.shipped", "order.item.added", "order.item.", "user", "order."].map(match);
  assert.deepEqual(found, ["placed", "order", "item", "order", "any", "any"]);
});

it("a pattern that fits nothing finds nothing", () => {
  const match = matchPatterns([["order.placed", 1]]);
  assert.deepEqual(["order", "order.placed.again", "__proto__", ""].map(match), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

describe("EVENT_PATTERN", () => {
  const good = ["*", "push", "order.*", "a/b/*", "a:*", "payment_intent.succeeded", "Bestellung.größer"];
  const bad = ["", "order*", "*.placed", "a.*.b", "a b", "a\n", "**", ".*", "a.**", "x".repeat(201)];
  for (const pattern of good) it(`takes ${pattern}`, () => assert.match(pattern, EVENT_PATTERN));
  for (const pattern of bad) {
    it(`refuses ${JSON.stringify(pattern.slice(0, 20))}`, () => assert.doesNotMatch(pattern, EVENT_PATTERN));
  }
});
