import assert from "node:assert/strict";
import { test } from "node:test";
import type { SignatureExplanation } from "../../src/cli/needs.ts";
import { printExplanation, unknownPresetLine, verdictLine } from "../../src/cli/verify-report.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

const good: SignatureExplanation = { verdict: { kind: "verified", keyIndex: 1 }, binding: "body", findings: [] };
const bad: SignatureExplanation = {
  verdict: { kind: "unverified", reason: "signature_mismatch" },
  binding: "fields",
  findings: [{ kind: "why", text: `one ${"word ".repeat(20)}end\u001b[31m` }, { kind: "cause", text: "two" }],
};

async function printed(explanation: SignatureExplanation, { isTTY = false } = {}): Promise<string> {
  const needs = recordedNeeds({}, { isTTY });
  await printExplanation(explanation, needs.terminal.out);
  return needs.out();
}

test("a verdict is one line of JSON with always the same keys", () => {
  const { findings: _, ...verdict } = bad;
  assert.equal(
    verdictLine("n", { verdict: good.verdict, binding: "body" }),
    '{"name":"n","ok":true,"reason":null,"keyIndex":1,"binding":"body"}\n',
  );
  assert.equal(
    verdictLine(undefined, verdict),
    '{"name":null,"ok":false,"reason":"signature_mismatch","keyIndex":null,"binding":"fields"}\n',
  );
  assert.equal(
    unknownPresetLine("n"),
    '{"name":"n","ok":false,"reason":"unknown_preset","keyIndex":null,"binding":null}\n',
  );
});

test("findings are added where they are asked for", () => {
  assert.deepEqual(JSON.parse(verdictLine("n", bad)).findings, bad.findings);
});

test("into a pipe each finding is a line of two cells", async () => {
  const lines = (await printed(bad)).trimEnd().split("\n");
  assert.equal(lines[0], "not verified: signature_mismatch (binding: fields)");
  assert.deepEqual(lines.slice(1).map((line) => line.split("\t")[0]), ["why", "cause"]);
});

test("on a terminal the words are wrapped to its width, and nothing steers it", async () => {
  const text = await printed(bad, { isTTY: true });
  assert.ok(text.split("\n").every((line) => line.length <= 80));
  assert.match(text, /^why     one word/m);
  assert.match(text, /^ {8}word.* end\\x1b\[31m$/m);
  assert.match(await printed(good, { isTTY: true }), /^verified \(binding: body\)\n$/);
});
