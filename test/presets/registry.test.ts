import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseReference, type ReferenceKind } from "../../src/accept/reference.ts";
import { compileScheme, type Scheme } from "../../src/accept/signature/scheme.ts";
import { CODE_HOSTS } from "../../src/presets/code-hosts.ts";
import { CODED } from "../../src/presets/coded.ts";
import { COMMERCE } from "../../src/presets/commerce.ts";
import { DOCUMENTS } from "../../src/presets/documents.ts";
import { EMAIL } from "../../src/presets/email.ts";
import { GENERIC } from "../../src/presets/generic.ts";
import { MESSAGING } from "../../src/presets/messaging.ts";
import { PAYMENTS } from "../../src/presets/payments.ts";
import { DAY, HOUR, MINUTE, type Preset, SECOND } from "../../src/presets/preset.ts";
import { ALIASES, PRESET_NAMES, presetName, presetOf, PRESETS } from "../../src/presets/registry.ts";

const FAMILIES = [CODE_HOSTS, CODED, COMMERCE, DOCUMENTS, EMAIL, GENERIC, MESSAGING, PAYMENTS];

describe("names", () => {
  it("no preset of one family hides one of another, nor one of its other names", () => {
    const names = [...FAMILIES.flatMap((family) => Object.keys(family)), ...Object.keys(ALIASES)];
    assert.deepEqual([...new Set(names)].sort(), names.sort());
    assert.deepEqual([...PRESET_NAMES].sort(), names);
  });

  it("a property of all objects is no preset", () => {
    for (const name of ["constructor", "__proto__", "toString", ""]) {
      assert.equal(presetOf(name), undefined);
      assert.equal(presetName(name), name);
    }
  });

  it("another name stands for a row, not for one more name", () => {
    for (const [other, name] of Object.entries(ALIASES)) {
      assert(Object.hasOwn(PRESETS, name), other);
      assert.equal(presetOf(other), PRESETS[name]);
      assert.equal(presetName(other), name);
    }
  });

  it("all are kebab-case, as a path, a metric or a file may hold them", () => {
    for (const name of PRESET_NAMES) assert.match(name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
  });
});

/** Why a preset cannot be as it is; every rule is held against every row. */
const RULES: readonly [promise: string, broken: (preset: Preset, scheme: Scheme) => unknown][] = [
  ["finds its type and keys where a source may look", ({ type, keys }) => [
    ...unparsable([type], ["header", "json", "literal", "template"]),
    ...unparsable(keys, ["header", "json", "template"]),
  ]],
  ["finds a list of events in JSON", ({ events }) => unparsable(events === undefined ? [] : [events], ["json"])],
  ["has a key form for each algorithm that a label can pick, and no other", (preset) => {
    if ("code" in preset) return [];
    const [taken, keyed] = [Object.values(preset.signature.take), Object.keys(preset.key)];
    return [...taken.filter((one) => !keyed.includes(one)), ...keyed.filter((one) => !taken.includes(one as never))];
  }],
  ["takes labels only where something parts them from their values", (preset) => {
    if ("code" in preset) return [];
    const { take, pair, items, encoding } = preset.signature;
    const labels = Object.keys(take);
    return (pair === undefined) === (labels.length === 1 && labels[0] === "") &&
        (items === undefined || pair !== undefined) &&
        (encoding === "text") === Object.values(take).includes("token")
      ? []
      : labels;
  }],
  ["is dated by a time that its signature covers", (_, scheme) => {
    if (scheme.kind === "coded" || scheme.time === undefined) return [];
    const { from } = scheme.time;
    const isCovered = scheme.content.some((part) => same(part, from)) ||
      (from.kind === "json" && scheme.binding === "body");
    return isCovered ? [] : [from];
  }],
  ["looks for optional values only that its signature covers", (preset, scheme) => {
    if ("code" in preset || scheme.kind === "coded") return [];
    return (preset.optional ?? []).length === scheme.content.filter(({ isOptional }) => isOptional).length ? [] : ["?"];
  }],
  ["says why it is weak, if it is SHA-1, a hash, a token, or leaves out the body; and only then", (preset, scheme) => {
    if (scheme.kind === "coded") return [];
    const algorithms: string[] = Object.values(scheme.signature.take);
    const isWeak = scheme.binding !== "body" ||
      algorithms.some((one) => ["hmac-sha1", "sha256", "token"].includes(one));
    return isWeak === (preset.weak !== undefined) ? [] : [preset.weak];
  }],
  ["waits from half a second to two minutes", ({ ackDeadlineMs }) => within(ackDeadlineMs, SECOND / 2, 2 * MINUTE)],
  ["repeats for a month at most", ({ retryHorizonMs }) => within(retryHorizonMs, 0, 31 * DAY)],
  ["has a tolerance of a second to two hours", ({ toleranceMs = MINUTE }) => within(toleranceMs, SECOND, 2 * HOUR)],
  ["names its retry header as it is looked for", ({ retryHeader = "x" }) => /^[a-z-]+$/.test(retryHeader) ? [] : ["?"]],
  ["counts its tries from where its header begins, if it has one", ({ retryHeader, retriesFrom }) => {
    return retriesFrom === undefined || retryHeader !== undefined ? [] : [retriesFrom];
  }],
  ["is told about in one line each: what it is called, what to set, what it asks", (preset) => {
    const lines = [preset.sender ?? "", preset.setup ?? "", preset.handshake ?? "-", preset.weak ?? "-"];
    return lines.filter((line) => !/^[^\n|]{1,140}$/.test(line));
  }],
];

for (const [name, preset] of Object.entries(PRESETS)) {
  describe(`the preset ${name}`, () => {
    const { scheme } = compileScheme(preset, { secrets: [], toleranceMs: undefined });
    for (const [promise, broken] of RULES) it(promise, () => assert.deepEqual(broken(preset, scheme), []));
  });
}

function unparsable(references: readonly string[], allowed: readonly ReferenceKind[]): string[] {
  return references.filter((text) => parseReference(text, allowed).kind === "malformed");
}

function same(one: object, other: object): boolean {
  const place = (value: { kind?: string; name?: string; pointer?: string }) => [value.kind, value.name, value.pointer];
  return JSON.stringify(place(one)) === JSON.stringify(place(other));
}

function within(value: number, min: number, max: number): number[] {
  return value >= min && value <= max ? [] : [value];
}
