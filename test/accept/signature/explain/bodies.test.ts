import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { bodyVariations, VARIED_BYTES_MAX } from "../../../../src/accept/signature/explain/bodies.ts";

const JSON_BODY = '{"b":[1,"ü/"],"a":"x, {y}: z"}';

for (
  const [what, captured, signed] of [
    ["a line feed that an editor added", "a\n", "a"],
    ["a line feed that something trimmed", "a", "a\n"],
    ["CR LF that something trimmed", "[]", "[]\r\n"],
    ["white space around it", " a ", "a"],
    ["line ends of another system", "a\r\nb", "a\nb"],
    ["line ends of this system", "a\nb", "a\r\nb"],
    ["nothing at all", "a", ""],
    ["a byte order mark that was added", "\ufeffa", "a"],
    ["a byte order mark that was dropped", "a", "\ufeffa"],
    ["UTF-8 that was read as Latin-1", "Ã¼", "ü"],
    ["Base64 of a gateway", "eyJhIjoxfQ==", '{"a":1}'],
    ["JSON written anew, compact", '{ "a": 1 }', '{"a":1}'],
    ["JSON written anew, indented", '{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'],
    ["JSON as Python spaces it", JSON_BODY, '{"b": [1, "ü/"], "a": "x, {y}: z"}'],
    ["JSON as Python writes it", JSON_BODY, '{"b": [1, "\\u00fc/"], "a": "x, {y}: z"}'],
    ["JSON as PHP writes it", JSON_BODY, '{"b":[1,"\\u00fc\\/"],"a":"x, {y}: z"}'],
    ["JSON with escapes that were undone", JSON_BODY, '{"b":[1,"\\u00fc/"],"a":"x, {y}: z"}'],
    ["JSON with its keys sorted", '{"b":{"d":1,"c":2},"a":0}', '{"a":0,"b":{"c":2,"d":1}}'],
    ["JSON within a JSON string", '"{\\"a\\":1}"', '{"a":1}'],
    ["a form with %20 where + was", "a=b%20c&d=*", "a=b+c&d=*"],
    ["a form with + where %20 was", "a=b+c&d=*", "a=b%20c&d=*"],
    ["a form that was decoded", "a=b%2Fc", "a=b/c"],
  ] as const
) {
  test(`among the bodies that may have been signed is the one before ${what}`, () => {
    assert.ok(bodyVariations(Buffer.from(captured)).some(({ value }) => value.equals(Buffer.from(signed))));
  });
}

test("bytes that are no UTF-8 are tried as a lossy reader would have them", () => {
  const [captured, signed] = [Buffer.from([0x61, 0xff]), Buffer.from("a\ufffd")];
  assert.ok(bodyVariations(captured).some(({ value }) => value.equals(signed)));
});

test("no variation is the body itself, and none comes twice", () => {
  for (const body of ["", "a", JSON_BODY, "a=b+c"]) {
    const texts = [body, ...bodyVariations(Buffer.from(body)).map(({ value }) => value.toString("latin1"))];
    assert.equal(new Set(texts.slice(1)).size, texts.length - 1);
    assert.ok(!texts.slice(1).includes(Buffer.from(body).toString("latin1")));
  }
});

test("of a body that is too long to be copied many times there is none", () => {
  assert.deepEqual(bodyVariations(Buffer.alloc(VARIED_BYTES_MAX + 1)), []);
});
