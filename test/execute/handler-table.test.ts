import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createHandlerTable } from "../../src/execute/handler-table.ts";
import type { HandlerEntry } from "../../src/ports.ts";

const entry = (file: number, ...events: string[]): HandlerEntry => ({
  file,
  fileName: `${file}.ts`,
  events,
  retry: {},
});

describe("createHandlerTable", () => {
  const table = createHandlerTable([
    entry(0, "order.placed", "push"),
    entry(1, "order.*"),
    entry(2, "order.item.*", "orders/*", "a:*"),
    entry(3, "*"),
  ]);
  const cases: [type: string, file: number][] = [
    ["order.placed", 0],
    ["push", 0],
    ["order.shipped", 1],
    ["order.a.b", 1],
    ["order.item.added", 2],
    ["order.item.", 1],
    ["order.item", 1],
    ["orders/create", 2],
    ["a:b.c", 2],
    ["order.", 3],
    ["order", 3],
    ["orders", 3],
    ["xorder.placed", 3],
    ["__proto__", 3],
  ];
  for (const [type, file] of cases) {
    it(`gives ${type} to handler ${file}`, () => assert.equal(table.match(type)?.file, file));
  }

  it("has no handler for a type that nobody declared", () => {
    const strict = createHandlerTable([entry(0, "order.placed"), entry(1, "user.*")]);
    for (const type of ["", "order", "order.placed.again", "user", "user.", "constructor"]) {
      assert.equal(strict.match(type), undefined, type);
    }
  });

  it("is not slowed down by a sender's type of a hundred thousand dots", () => {
    // Looked at prefix by prefix this would hash 5 GB of text: the suite would not end.
    assert.equal(table.match(".".repeat(100_000))?.file, 3);
  });

  it("with no handler matches nothing", () => assert.equal(createHandlerTable([]).match("a"), undefined));
});
