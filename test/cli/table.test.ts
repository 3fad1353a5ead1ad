import assert from "node:assert/strict";
import { test } from "node:test";
import { type Column, renderFields, renderTable } from "../../src/cli/table.ts";
import type { Output } from "../../src/cli/terminal.ts";

interface Row {
  id: string;
  error: string;
}

const columns: readonly Column<Row>[] = [
  { title: "ID", cell: (row) => row.id },
  { title: "ERROR", cell: (row) => row.error, colour: (row) => row.error === "" ? undefined : "red" },
];
const rows = [{ id: "a", error: "" }, { id: "long-id", error: "it broke\nbadly" }];

function output(isTerminal: boolean, width = 80): Pick<Output, "isTerminal" | "columns" | "paint"> {
  return { isTerminal, columns: width, paint: (colour, text) => isTerminal ? `<${colour}>${text}</>` : text };
}

test("on a terminal columns are aligned under a heading", () => {
  assert.equal(
    renderTable(rows, columns, { ...output(true), paint: (_colour, text) => text }),
    "ID       ERROR\na\nlong-id  it broke\\nbadly\n",
  );
});

test("colour goes around the padded cell, so that it shifts nothing", () => {
  assert.match(renderTable(rows, columns, output(true)), /^long-id  <red>it broke\\nbadly<\/>$/m);
});

test("the last column is cut to the width of the terminal, the others never", () => {
  const [, , line] = renderTable([{ id: "x".repeat(30), error: "" }, { id: "y", error: "e".repeat(99) }], columns, {
    ...output(true, 50),
    paint: (_colour, text) => text,
  }).split("\n");
  assert.equal(line, `y${" ".repeat(31)}${"e".repeat(17)}…`);
});

const withSpare: readonly Column<Row>[] = [
  { title: "ID", cell: (row) => row.id },
  { title: "FIRST", cell: () => "1", isSpare: true },
  { title: "SECOND", cell: () => "2", isSpare: true },
  { title: "ERROR", cell: (row) => row.error },
];

for (
  const [width, shown] of [
    [80, "long-id  1      2       it broke\\nbadly"],
    [34, "long-id  1      2       it broke\\…"],
    [33, "long-id  1      it broke\\nbadly"],
    [20, "long-id  it broke\\n…"],
    [9, "long-id  it broke\\…"],
  ] as const
) {
  test(`${width} characters wide, a terminal shows as many of the spare columns as it has room for`, () => {
    const plain = { ...output(true, width), paint: (_: unknown, text: string) => text };
    assert.equal(renderTable(rows, withSpare, plain).split("\n")[2], shown);
  });
}

test("a pipe gets the spare columns too", () => {
  assert.equal(renderTable([{ id: "a", error: "" }], withSpare, output(false, 9)), "a\t1\t2\t\n");
});

test("into a pipe a row is a line with tabs between cells, and a value cannot add a row", () => {
  assert.equal(renderTable(rows, columns, output(false, 10)), "a\t\nlong-id\tit broke\\nbadly\n");
});

test("no rows make no text", () => {
  assert.equal(renderTable([], columns, output(true)), "");
  assert.equal(renderTable([], columns, output(false)), "");
});

test("fields are aligned on a terminal and parted by a tab in a pipe", () => {
  const fields = [["id", "a"], ["received_at", "now"]] as const;
  assert.equal(
    renderFields(fields, { isTerminal: true, paint: (_, text) => text }),
    "id           a\nreceived_at  now\n",
  );
  assert.equal(renderFields(fields, { isTerminal: false, paint: (_, text) => text }), "id\ta\nreceived_at\tnow\n");
});
