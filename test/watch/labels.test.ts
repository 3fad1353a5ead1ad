import assert from "node:assert/strict";
import { test } from "node:test";
import { createLabel, createWordLabel, OTHER, perLabels, WORDS_MAX } from "../../src/watch/labels.ts";

test("a word that passes is its own label, any other counts under other", () => {
  const label = createLabel((text) => text.startsWith("order."), 10);
  assert.deepEqual(["order.placed", "x", "", "__proto__"].map(label), ["order.placed", OTHER, OTHER, OTHER]);
});

test("a label stays one when a reload takes its word away", () => {
  const known = new Set(["order.placed"]);
  const label = createLabel((text) => known.has(text), 10);
  assert.equal(label("order.placed"), "order.placed");
  known.clear();
  assert.equal(label("order.placed"), "order.placed");
  assert.equal(label("order.shipped"), OTHER);
});

test("above the bound even words that pass count under other, those that came first stay", () => {
  const label = createLabel(() => true, 2);
  assert.deepEqual(["a", "b", "c", "a", "b"].map(label), ["a", "b", OTHER, "a", "b"]);
});

test("words of hookd's own are short identifiers, and few", () => {
  const label = createWordLabel();
  const odd = ["", "A", "1a", "a b", "a\nb", 'a"b', "a".repeat(41), "018bcfe5-6800-7000-8000-000000000001"];
  assert.deepEqual(odd.map(label), odd.map(() => OTHER));
  assert.deepEqual(["signature_invalid", "stuck"].map(label), ["signature_invalid", "stuck"]);
  const many = new Set(Array.from({ length: 10_000 }, (_, index) => label(`word_${index}`)));
  assert.equal(many.size, WORDS_MAX - 2 + 1);
});

test("a child is made once for each pair of labels", () => {
  const made: string[] = [];
  const child = perLabels((a, b) => made.push(`${a}|${b}`) && { a, b });
  assert.equal(child("x", "y"), child("x", "y"));
  assert.notEqual(child("x", "y"), child("y", "x"));
  assert.equal(child("x"), child("x", ""));
  assert.deepEqual(made, ["x|y", "y|x", "x|"]);
});
