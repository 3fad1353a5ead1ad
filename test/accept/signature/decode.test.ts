import assert from "node:assert/strict";
import { it } from "node:test";
import { decodeBase64, decodeHex } from "../../../src/accept/signature/decode.ts";

const hex: [text: string, why: string, ok: boolean][] = [
  ["00ff", "digits in lower case", true],
  ["00FF", "digits in upper case", true],
  ["00f", "half a byte", false],
  ["00ffzz", "letters behind", false],
  ["zz00ff", "letters before", false],
  [" 00ff", "a space", false],
  ["0\u0130ff", "a letter that only looks narrow", false],
  ["\u0130\u0130", "code units whose low bytes are digits", false],
];
for (const [text, why, ok] of hex) {
  it(`hex with ${why} is ${ok ? "taken" : "refused"}`, () => assert.equal(decodeHex(text) !== undefined, ok));
}

const base64: [text: string, why: string, ok: boolean][] = [
  ["AQI=", "padding", true],
  ["AQID", "no padding where none is due", true],
  ["AQI", "its padding cut off", false],
  ["AQI=!!", "junk behind", false],
  ["AQ I=", "a space inside", false],
  ["AQJ=", "stray bits in the last digit", false],
  ["-_-_", "the alphabet of URLs", false],
];
for (const [text, why, ok] of base64) {
  it(`Base64 with ${why} is ${ok ? "taken" : "refused"}`, () => assert.equal(decodeBase64(text) !== undefined, ok));
}

it("decoding gives the bytes", () => {
  assert.equal(decodeHex("00fF10")?.join(), "0,255,16");
  assert.equal(decodeBase64("AP8Q")?.join(), "0,255,16");
});
