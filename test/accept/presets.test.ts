import assert from "node:assert/strict";
import { it } from "node:test";
import { PRESET_NAMES, presetOf } from "../../src/accept/presets.ts";
import { parseReference } from "../../src/accept/reference.ts";
import { compileScheme } from "../../src/accept/scheme.ts";

it("there are the four presets of the first release", () => {
  assert.deepEqual(PRESET_NAMES, ["hookd", "github", "stripe", "standard"]);
});

it("a property of all objects is no preset", () => {
  for (const name of ["constructor", "__proto__", "toString", ""]) assert.equal(presetOf(name), undefined);
});

for (const name of PRESET_NAMES) {
  const preset = presetOf(name)!;
  const { scheme } = compileScheme(preset, [], 0);

  it(`${name} signs the whole body`, () => assert.equal(scheme.binding, "body"));

  it(`${name} signs the time that it is dated by`, () => {
    assert(
      scheme.time === undefined || scheme.content.some((part) => {
        return part.kind === scheme.time?.from.kind && part.name === scheme.time.from.name;
      }),
    );
  });

  it(`${name} has a key form for each algorithm that a label can pick`, () => {
    for (const algorithm of Object.values(preset.signature.take)) assert(preset.key[algorithm] !== undefined);
  });

  it(`${name} finds its type and keys by references that parse`, () => {
    for (const text of [preset.type, ...preset.keys]) assert.equal(parseReference(text, ["header", "json"]).kind, "ok");
  });

  it(`${name} writes its header as it is looked for`, () => {
    assert.equal(preset.signature.header, preset.signature.header.toLowerCase());
  });
}
