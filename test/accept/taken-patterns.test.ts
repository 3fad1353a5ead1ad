import assert from "node:assert/strict";
import { it } from "node:test";
import { takenPatterns } from "../../src/accept/taken-patterns.ts";
import type { SourceConfig } from "../../src/config.ts";
import { createHandlerTable } from "../../src/execute/handler-table.ts";
import { aRoute } from "./a-route.ts";

const HANDLERS = [["order.placed", "order.paid"], ["user.*"], ["users.created"], ["users.*"]];
const entries = HANDLERS.map((events, file) => ({ file, fileName: `${file}.ts`, events, retry: {} }));
const handlers = createHandlerTable(entries);

const table: [what: string, over: Partial<SourceConfig>, taken: string[]][] = [
  ["all that handlers declare", {}, [
    "order.paid 0",
    "order.placed 0",
    "user.* 1",
    "users.* 3",
    "users.created 2",
  ]],
  ["those that it lists, in its order, and what its wildcards reach", {
    types: ["user.created", "order.placed", "users.*", "nobody"],
  }, ["user.created 1", "order.placed 0", "users.* 3", "users.created 2"]],
  ["those that its template can make", { type: "users.{json:/action}" }, ["users.* 3", "users.created 2"]],
  ["the one that it always has", { type: "literal:user.renamed" }, ["user.renamed 1"]],
  ["none, where no handler takes its type", { type: "literal:push" }, []],
];
for (const [what, over, taken] of table) {
  it(`a source takes ${what}`, () => {
    const found = takenPatterns(aRoute(over), handlers).map(({ pattern, handler }) => `${pattern} ${handler.file}`);
    assert.deepEqual(found, taken);
  });
}
