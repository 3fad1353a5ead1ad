import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeAttribute, encodeAttribute } from "../../src/accept/cloud-event-attribute.ts";

describe("an attribute in a header", () => {
  const rows: [header: string, text: string | undefined][] = [
    ["plain", "plain"],
    ["Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"],
    ["%e2%82%ac", "€"],
    // Once: what comes out is not decoded again.
    ["%2541", "%41"],
    // What is no escape stands for itself.
    ["100%", "100%"],
    ["%zz%4", "%zz%4"],
    ['"quoted %20 \\"text\\" \\\\"', 'quoted   "text" \\'],
    ['"', '"'],
    ['a"b', 'a"b'],
    ["", ""],
    // As node:http gives the bytes of UTF-8 that somebody sent without escapes.
    [Buffer.from("é").toString("latin1"), "é"],
    ["%C0%A0", undefined],
    ["%ED%A0%80", undefined],
    ["%FF", undefined],
    ["\xe9", undefined],
  ];
  for (const [header, text] of rows) {
    it(`${JSON.stringify(header)} is ${JSON.stringify(text)}`, () => assert.equal(decodeAttribute(header), text));
  }

  it("is written in printable ASCII, without space, quote and percent sign", () => {
    assert.equal(encodeAttribute('Euro € 😀"%'), "Euro%20%E2%82%AC%20%F0%9F%98%80%22%25");
    assert.equal(encodeAttribute("/a?b=c#d!~\\"), "/a?b=c#d!~\\");
    assert.equal(encodeAttribute("a\r\nb\0"), "a%0D%0Ab%00");
  });

  it("comes back as it was, whatever it is", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const header = encodeAttribute(text);
      assert.match(header, /^[\x21-\x7e]*$/);
      assert.equal(decodeAttribute(header), text);
    }));
  });
});
