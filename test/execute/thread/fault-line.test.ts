import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lineOf, lineOfDefaultExport, lineOfProperty, sayingOf } from "../../../src/execute/thread/fault-line.ts";

const FILE = "/h/order.ts";
const SOURCE =
  'import { x } from "./gone.ts";\nimport y from "nope";\n\nexport default defineHandler({ event: "a",\n  timeout: 5 });\n';

/** Errors as the runtimes make them, captured. */
const reported: [string, Partial<Error>, line: number | undefined, saying: string][] = [
  [
    "a stack frame",
    {
      name: "TypeError",
      message: "bad x",
      stack: "TypeError: bad x\n    at f (file:///h/order.ts:5:9)\n    at file:///h/order.ts:7:16",
    },
    5,
    "TypeError: bad x",
  ],
  [
    "a frame of tsx, which names the path",
    {
      name: "Error",
      message: "no",
      stack: "Error: no\n    at <anonymous> (/h/order.ts:3:1)",
    },
    3,
    "Error: no",
  ],
  [
    "a frame behind another file's",
    {
      name: "Error",
      message: "no",
      stack: "Error: no\n    at file:///h/other-order.ts:9:1\n    at file:///h/order.ts?x=1:2:1",
    },
    2,
    "Error: no",
  ],
  [
    "Node's line above the stack",
    {
      name: "SyntaxError",
      message: "Expression expected",
      stack:
        "/h/order.ts:3\nconst a = 1;\n          ^\n\nSyntaxError [ERR]: Expression expected\n    at node:internal:68:40",
    },
    3,
    "SyntaxError: Expression expected",
  ],
  [
    "esbuild's message",
    {
      name: "Error",
      message: 'Transform failed with 1 error:\n/h/order.ts:4:10: ERROR: Unexpected "="',
      stack:
        'Error: Transform failed with 1 error:\n/h/order.ts:4:10: ERROR: Unexpected "="\n    at esbuild/lib/main.js:1752:15',
    },
    4,
    'SyntaxError: Unexpected "="',
  ],
  [
    "Deno's message",
    {
      name: "TypeError",
      message: "SyntaxError: Expression expected\n  |\n3 | const b = = 2;\n  |  ~\n    at file:///h/order.ts:3:11",
    },
    3,
    "SyntaxError: Expression expected",
  ],
  [
    "Deno's coloured message",
    {
      name: "TypeError",
      message:
        'Module not found "file:///h/gone.ts".\n    at \x1b[36mfile:///h/order.ts\x1b[0m:\x1b[33m1\x1b[0m:\x1b[33m22\x1b[0m',
    },
    1,
    'TypeError: Module not found "file:///h/gone.ts".',
  ],
  [
    "Deno's end of the line",
    {
      name: "SyntaxError",
      message: "The requested module './a.ts' does not provide an export named 'x' at file:///h/order.ts:5:10",
    },
    5,
    "SyntaxError: The requested module './a.ts' does not provide an export named 'x'",
  ],
  [
    "a missing module, by the import of it",
    {
      name: "Error",
      message: "Cannot find module '/h/gone.ts' imported from /h/order.ts",
    },
    1,
    "Error: Cannot find module '/h/gone.ts' imported from /h/order.ts",
  ],
  [
    "a missing package, by the import of it",
    {
      name: "Error",
      message: "Cannot find package 'nope' imported from /h/order.ts",
    },
    2,
    "Error: Cannot find package 'nope' imported from /h/order.ts",
  ],
  ["nothing", { name: "Error", message: "" }, undefined, "Error: "],
];

describe("a fault of a file", () => {
  for (const [where, error, line, saying] of reported) {
    it(`is placed by ${where}`, () => {
      assert.equal(lineOf(error, FILE, SOURCE), line);
      assert.equal(sayingOf(error), saying);
    });
  }

  it("is not placed by the frames of a file whose path begins alike", () => {
    assert.equal(lineOf({ name: "E", message: "", stack: "at file:///h/order.tsx:3:1" }, FILE, ""), undefined);
  });
});

describe("a property", () => {
  it("is found where it is written", () => {
    assert.equal(lineOfProperty(SOURCE, "timeout"), 5);
    assert.equal(lineOfProperty(SOURCE, "event"), 4);
    assert.equal(lineOfProperty("defineHandler({\n  async run(event) {},\n})", "run"), 2);
    assert.equal(lineOfProperty(SOURCE, "retry"), undefined);
  });
  it("is not found where there is none", () => assert.equal(lineOfProperty("a_retry: 1", "retry"), undefined));
});

describe("the default export", () => {
  it("is found", () => assert.equal(lineOfDefaultExport(SOURCE), 4));
  it("is found as a name", () => assert.equal(lineOfDefaultExport("\nexport { a as default };"), 2));
  it("counts as line 1 where it is missing", () => assert.equal(lineOfDefaultExport("const a = 1;\n"), 1));
});
