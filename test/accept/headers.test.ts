import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { it } from "node:test";
import { headerOf, headerText, REPEATED } from "../../src/accept/headers.ts";

it("a header is found whatever its case", () => {
  assert.equal(headerOf(["Host", "x", "X-Event-TYPE", "a"], "x-event-type"), "a");
});

it("an absent header is undefined, an empty one is empty", () => {
  assert.equal(headerOf(["X-A", ""], "x-b"), undefined);
  assert.equal(headerOf(["X-A", ""], "x-a"), "");
});

it("a header that comes twice has no value, also when both are the same or empty", () => {
  for (const second of ["1", "2", ""]) assert.equal(headerOf(["X-A", "1", "x-a", second], "x-a"), REPEATED);
  assert.equal(headerOf(["X-A", "", "x-a", ""], "x-a"), REPEATED);
});

it("a value is never taken for a name", () => assert.equal(headerOf(["X-A", "x-b", "X-C", "1"], "x-b"), undefined));

it("a header named like a property of objects is a header", () => {
  assert.equal(headerOf(["__proto__", "1"], "__proto__"), "1");
  assert.equal(headerOf([], "constructor"), undefined);
});

it("UTF-8 in a header is read as text, and what is not UTF-8 has no text", () => {
  assert.equal(headerText(Buffer.from("café ☃").toString("latin1")), "café ☃");
  assert.equal(headerText("caf\xe9"), undefined);
  assert.equal(headerText("plain"), "plain");
});
