import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  type LinePlace,
  type LogFile,
  readLines,
  rotatedFiles,
  rotatedName,
  writeWhole,
} from "../../src/store/log-file.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function linesOf(text: string | Buffer, { size = Infinity, rewrite = false } = {}) {
  const path = join(tempFolder(), "file");
  writeFileSync(path, text);
  const handle = await open(path, rewrite ? "r+" : "r");
  const file: LogFile = { number: 1, name: "file", size };
  const lines: { line: string; place: LinePlace }[] = [];
  const ended = await readLines(handle, file, { onLine: (line, place) => lines.push({ line, place }), rewrite });
  await handle.close();
  return { lines, ended, file, after: readFileSync(path) };
}

test("rotated files are told apart from others by name and come oldest first", () => {
  const names = [
    "dlq.jsonl",
    "dlq-00000010.jsonl",
    "dlq-00000009.good-4096.jsonl",
    "dlq-100000000.jsonl",
    "dlq-1.jsonl",
    "dlq-00000003.jsonl.gz",
    "dlq-00000004.good-.jsonl",
    "LOCK",
  ];
  assert.deepEqual(rotatedFiles(names), [
    { number: 9, name: "dlq-00000009.good-4096.jsonl", size: 4096 },
    { number: 10, name: "dlq-00000010.jsonl", size: Infinity },
    { number: 100_000_000, name: "dlq-100000000.jsonl", size: Infinity },
  ]);
  assert.equal(rotatedName(10), "dlq-00000010.jsonl");
  assert.equal(rotatedName(9, 4096), "dlq-00000009.good-4096.jsonl");
});

const LONG = "x".repeat(700_000);
const CASES: [string, string, { lines: string[]; ended: boolean }][] = [
  ["an empty file", "", { lines: [], ended: true }],
  ["one line", "a\n", { lines: ["a"], ended: true }],
  ["empty lines, which say nothing", "\n\na\n\n", { lines: ["a"], ended: true }],
  ["a last line that was not ended", "a\nb", { lines: ["a", "b"], ended: false }],
  ["only a torn line", "a", { lines: ["a"], ended: false }],
  ["lines longer than what is read at once", `${LONG}\na\n${LONG}é\n`, { lines: [LONG, "a", LONG + "é"], ended: true }],
];
for (const [name, text, expected] of CASES) {
  test(`the lines of ${name} come whole, each with its place`, async () => {
    const { lines, ended, file } = await linesOf(text);
    assert.deepEqual({ lines: lines.map(({ line }) => line), ended }, expected);
    const bytes = Buffer.from(text);
    for (const { line, place } of lines) {
      assert.equal(bytes.toString("utf8", place.start, place.start + place.length), line);
    }
    assert.equal(file.size, bytes.length);
  });
}

test("a file is read to its good length and no further", async () => {
  const { lines, ended } = await linesOf("a\nb\nc\nhalf", { size: 4 });
  assert.deepEqual(lines.map(({ line }) => line), ["a", "b"]);
  assert.equal(ended, true);
});

test("a rewrite leaves every byte as it was", async () => {
  const text = Buffer.concat([Buffer.from(`${LONG}\n`), Buffer.from([0, 255, 10, 200, 13]), Buffer.from("half")]);
  assert.deepEqual((await linesOf(text, { rewrite: true })).after, text);
});

test("a disk that takes no byte is an error and not a loop", async () => {
  const handle = { write: () => Promise.resolve({ bytesWritten: 0 }) } as never;
  await assert.rejects(writeWhole(handle, Buffer.from("a")), /took no byte/);
});
