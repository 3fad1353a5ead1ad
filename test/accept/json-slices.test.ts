import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import { elementSlices, sliceAt } from "../../src/accept/json-slices.ts";

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
const elements = (json: string) => elementSlices(Buffer.from(json)).map(text);
const at = (json: string, ...steps: string[]) => text(sliceAt(Buffer.from(json), steps));

describe("the slices of a list", () => {
  const rows: [json: string, slices: string[]][] = [
    ["[]", []],
    [" [ ] ", []],
    ["[1]", ["1"]],
    ['[1,"a",true,null,[2],{"b":3}]', ["1", '"a"', "true", "null", "[2]", '{"b":3}']],
    ['\n[ 1.50 ,\t{ "a" : 1 }\r\n, -2e+3 ]\n', ["1.50", '{ "a" : 1 }', "-2e+3"]],
    ['["]","[,","}",",","\\"","\\\\","\\\\\\"]"]', ['"]"', '"[,"', '"}"', '","', '"\\""', '"\\\\"', '"\\\\\\"]"']],
    ['[{"]":"}"},[["\\\\"]]]', ['{"]":"}"}', '[["\\\\"]]']],
    ["[12345678901234567890, 1.0]", ["12345678901234567890", "1.0"]],
    ['["é","😀","\\u00e9"]', ['"é"', '"😀"', '"\\u00e9"']],
    ["{}", []],
    ["1", []],
  ];
  for (const [json, slices] of rows) {
    it(`are the exact bytes of ${json.trim()}`, () => assert.deepEqual(elements(json), slices));
  }
});

describe("the slice at a pointer", () => {
  it("is the value without the space around it", () => {
    assert.equal(at(' {"a": {"b" : [ 1, { "c":\t2.0 } ] } } ', "a", "b", "1"), '{ "c":\t2.0 }');
    assert.equal(at(' {"a": {"b" : [ 1, { "c":\t2.0 } ] } } ', "a", "b", "1", "c"), "2.0");
    assert.equal(at("  [1] \n"), "[1]");
  });
  it("is found by the name that is meant, however it is written", () => {
    assert.equal(at('{"\\u0061\\n":1}', "a\n"), "1");
    assert.equal(at('{"a/b":1,"":2}', "a/b"), "1");
    assert.equal(at('{"a/b":1,"":2}', ""), "2");
  });
  it("is the last one of a name that comes twice, as for JSON.parse", () => {
    assert.equal(at('{"a":1,"a":[2],"b":3}', "a"), "[2]");
    assert.equal(at('{"__proto__":1}', "__proto__"), "1");
  });
  it("is nothing where nothing is", () => {
    for (const steps of [["b"], ["a", "x"], ["0"], ["length"]]) assert.equal(at('{"a":[1]}', ...steps), undefined);
  });
});

it("each slice of any JSON, however it is spaced, parses to its element", () => {
  const spaced = fc.tuple(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, "\t"));
  fc.assert(fc.property(spaced, ([list, space]) => {
    const json = JSON.stringify({ x: "]", list }, null, space);
    const slices = elementSlices(sliceAt(Buffer.from(json), ["list"])!);
    assert.deepEqual(slices.map((slice) => JSON.parse(text(slice)!)), JSON.parse(json).list);
    assert.deepEqual(slices.map(text), list.map((_, index) => at(json, "list", String(index))));
  }));
});
