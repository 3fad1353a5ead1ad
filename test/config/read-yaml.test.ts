import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readYaml } from "../../src/config/read-yaml.ts";

/** `line:column: path: expected ..., found ...` of each fault. */
function told(text: string): string[] {
  return readYaml(text).faults.map(({ line, column, path, expected, found }) => (
    `${line}:${column}: ${path === "" ? "" : `${path}: `}expected ${expected}, found ${found}`
  ));
}

describe("YAML is read", () => {
  const table: [text: string, value: unknown][] = [
    ["a: 1\nb: [x, {y: z}]", { a: 1, b: ["x", { y: "z" }] }],
    ['{"a": {"b": [1, null, true, "x"]}}', { a: { b: [1, null, true, "x"] } }],
    ["# nothing", undefined],
    ["", undefined],
    ["\uFEFFa: 1", { a: 1 }],
    ["a: yes\nb: 0x10\nc: 80:80\nd: 2001-01-01", { a: "yes", b: 16, c: "80:80", d: "2001-01-01" }],
    ["%YAML 1.1\n---\na: yes", { a: "yes" }],
    ["<<: {a: 1}", { "<<": { a: 1 } }],
    ["1: x\nnull: y\ntrue: z", { 1: "x", null: "y", true: "z" }],
    ["constructor: 1\ntoString: 2", { constructor: 1, toString: 2 }],
    ["a: &x {b: 1}\nc: *x", { a: { b: 1 }, c: { b: 1 } }],
  ];
  for (const [text, value] of table) {
    it(JSON.stringify(text), () => {
      const reading = readYaml(text);
      assert.deepEqual(reading.faults, []);
      assert.deepEqual(reading.value, value);
    });
  }

  it("without sharing what an alias repeats, so that filling in defaults in one place does so in one place", () => {
    const { value } = readYaml("a: &x {b: 1}\nc: *x") as { value: { a: object; c: object } };
    assert.notEqual(value.a, value.c);
  });
});

describe("YAML is refused", () => {
  const table: [text: string, ...faults: string[]][] = [
    [
      "a: 1\n b: 2",
      '1:4: expected valid YAML, found a wrong indent, or a second ": " on one line (a text that holds one needs quotes)',
    ],
    [
      "a: [1",
      "1:6: expected valid YAML, found Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    ['a: "x', '1:6: expected valid YAML, found Missing closing "quote'],
    ["\ta: 1", "1:1: expected valid YAML, found Tabs are not allowed as indentation"],
    [
      "a: @x",
      "1:4: expected valid YAML, found a text that needs quotes, since it starts with a reserved character",
    ],
    [
      'a: "\\q"',
      "1:5: expected valid YAML, found a backslash that starts no escape (in single quotes a backslash is itself)",
    ],
    ["a: 1\n---\nb: 2", "2:1: expected valid YAML, found a second document"],
    ["? [a]\n: 1", "1:3: expected valid YAML, found a key that is not a text"],
    [
      "a: !!binary aGk=",
      '1:4: expected valid YAML, found a tag (a word that starts with "!"; a text that does needs quotes)',
    ],
    ["mode: a\nx: 1\nmode: b", '3:1: expected each key once, found the key "mode" again'],
    [
      "a: {b: {c: 1, c: 2}, b: 3}",
      '1:15: a.b: expected each key once, found the key "c" again',
      '1:22: a: expected each key once, found the key "b" again',
    ],
    ["__proto__: {x: 1}", '1:1: expected another key, found the key "__proto__"'],
    ["a: *x", "1:4: a: expected an alias of an anchor above it, found an alias without an anchor"],
    ["a: &a [*a]", "1:8: a[0]: expected an alias of another part, found an alias of what it stands in"],
    ["[".repeat(1001), "1:1: expected a file of moderate depth, found more than 1000 open brackets"],
  ];
  for (const [text, ...faults] of table) {
    it(JSON.stringify(text.slice(0, 40)), () => assert.deepEqual(told(text), faults));
  }

  const tooLarge = "expected a file of moderate size and depth, found one that is too deep or too large to expand";
  const bombs: [name: string, text: string][] = [
    ["an alias bomb", `a0: &a0 [x]\n${bomb(1, 30)}`],
    ["lists in lists", "- ".repeat(200) + "x"],
    ["a file of nothing but items", "- x\n".repeat(50_001)],
  ];
  for (const [name, text] of bombs) {
    it(`${name}, before it is expanded`, () => {
      const reading = readYaml(text);
      assert.equal(reading.broken, true);
      assert.match(told(text)[0] ?? "", new RegExp(`${tooLarge}$`));
    });
  }

  it("without a word of the text in the message", () => {
    const canary = "whsec-C4n4ry";
    const slips = [
      `a: "${canary}`,
      `a: [${canary}`,
      `a: @${canary}`,
      `a: "\\q${canary}"`,
      `a: !${canary} x`,
      `a: *${canary}`,
      `a: |${canary}\n x`,
      `a: x: ${canary}: y`,
      `%${canary}\n---\na: 1`,
      `a: 'x' ${canary}`,
      `\`${canary}`,
      `a: &x &${canary} 1`,
      `- a\n${canary}`,
    ];
    for (const slip of slips) {
      assert.notEqual(told(slip).length, 0, `${slip} has a fault`);
      assert.ok(!told(slip).join("\n").includes("C4n4ry"), `${slip} is not repeated: ${told(slip).join("\n")}`);
    }
  });
});

/** Each line repeats the one before it ten times. */
function bomb(from: number, to: number): string {
  const lines = Array.from({ length: to - from }, (_, index) => {
    const level = index + from;
    return `a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ")}]`;
  });
  return lines.join("\n");
}

describe("a place", () => {
  const text = [
    "top: 1",
    "map:",
    "  inner: x",
    "  list:",
    "    - a",
    "    - {k: v}",
    "base: &b",
    "  deep: 1",
    "copy: *b",
  ].join("\n");
  const table: [path: (string | number)[], key: string | undefined, place: string][] = [
    [["top"], undefined, "1:6"],
    [[], "top", "1:1"],
    [["map"], undefined, "2:1"],
    [["map", "inner"], undefined, "3:10"],
    [["map"], "inner", "3:3"],
    [["map", "list", 0], undefined, "5:7"],
    [["map", "list", 1, "k"], undefined, "6:11"],
    [["copy", "deep"], undefined, "8:9"],
    [["map", "absent"], undefined, "2:1"],
    [["map", "list", 9], undefined, "4:3"],
    [["absent", "far"], undefined, "1:1"],
  ];
  for (const [path, key, place] of table) {
    it(`of ${path.join(".")} ${key ?? ""} is ${place}`, () => {
      const { line, column } = readYaml(text).locate(path, key);
      assert.equal(`${line}:${column}`, place);
    });
  }

  it("is told for any path of any text", () => {
    fc.assert(fc.property(yamlish(), fc.array(fc.oneof(fc.string(), fc.nat(3))), (text, path) => {
      const { line, column } = readYaml(text).locate(path);
      assert.ok(line >= 1 && column >= 1);
    }));
  });
});

function yamlish(): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    "a",
    ": ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    '"',
    "'",
    "|",
    "#",
    "!",
  );
  return fc.oneof(fc.string({ unit: "binary" }), fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join("")));
}
