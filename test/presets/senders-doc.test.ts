import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { handshakesOf } from "../../src/accept/handshakes.ts";
import { compileScheme } from "../../src/accept/signature/scheme.ts";
import type { Preset } from "../../src/presets/preset.ts";
import { PRESETS } from "../../src/presets/registry.ts";
import { withSenders } from "../../src/presets/senders-doc.ts";

const document = readFileSync("docs/senders.md", "utf8");
const bindingOf = (preset: Preset) => compileScheme(preset, { secrets: [], toleranceMs: undefined }).scheme.binding;
const rows = document.split("\n").filter((line) => line.startsWith("| "));
const rowOf = (name: string) => rows.find((row) => row.includes(`\`${name}\``)) ?? "";

it("docs/senders.md is what the presets say; else run `npm run senders`", () => {
  assert.equal(document, withSenders(document, bindingOf));
});

it("every sender has one line", () => {
  assert.equal(rows.length, Object.keys(PRESETS).length + 2);
  for (const name of Object.keys(PRESETS)) assert.notEqual(rowOf(name), "", name);
});

it("every line has as many cells as the head", () => {
  const cells = rows.map((row) => row.split(/(?<!\\)\|/).length);
  assert.deepEqual([...new Set(cells)], [11]);
});

it("a line tells other names, weakness, window and patience", () => {
  assert.match(rowOf("meta"), /`meta`, `whatsapp`/);
  assert.match(rowOf("gitlab-token"), /\| none; \*\*weak\*\*: the secret itself/);
  assert.match(rowOf("linear"), /\| 1 min \| 5 s \| 8 h \|/);
  assert.match(rowOf("github"), /\| body \| no time is signed \| 10 s \| never \|/);
});

it("a handshake is told of where there is one, and nowhere else", () => {
  const params = { verify_token: "any" };
  for (const [name, { handshake }] of Object.entries(PRESETS)) {
    assert.equal(handshakesOf(name, params).length > 0, handshake !== undefined, name);
  }
});

it("a document without its marks is not overwritten", () => {
  assert.throws(() => withSenders("# Senders\n", bindingOf), /lost the marks/);
});
