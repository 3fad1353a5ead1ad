import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import fc from "fast-check";
import { letterLine, parseLetterLine, resolvedLine } from "../../src/store/letter-line.ts";
import { aLetter } from "../support/a-letter.ts";

/** What Python's `str.splitlines` splits at, which is more than JSON Lines or JavaScript do. */
const ANY_LINE_END = /[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/;

test("a letter's line holds the fields of the contract in their order, and no others", () => {
  const letter = {
    ...aLetter({ id: "e1.2", error: 'said "no"', event: { id: "e1", key: "k1", data: { total: 1.5 } } }),
    more: 1,
  };
  assert.equal(
    letterLine(letter),
    '{"id":"e1.2","event":{"id":"e1","source":"events","type":"order.placed","key":"k1",' +
      '"received_at":"2023-11-14T22:13:20.000Z","headers":{"content-type":"application/json"},"data":{"total":1.5}},' +
      '"error":"said \\"no\\"","attempts":3,"failed_at":"2023-11-14T22:13:25.000Z"}',
  );
});

test("a letter without data says null", () => {
  assert.match(letterLine(aLetter({ event: { data: undefined } })), /"data":null\}/);
});

test("a resolved line says what became of which letter, and when", () => {
  assert.equal(
    resolvedLine("e1", "dropped", 1_700_000_000_000),
    '{"id":"e1","resolved":"dropped","at":"2023-11-14T22:13:20.000Z"}',
  );
  assert.deepEqual(parseLetterLine(resolvedLine("e1", "retried", 0)), { kind: "resolved", id: "e1" });
});

test("whatever a sender puts into an event stays in one line and comes back the same", () => {
  const nasty = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\n", "\r\n", "\u2028", "\u2029", "\u0085", "\0", "\ud800", "\udfff", "\u001c", '"}\n{"id":"x"}'),
    fc.constant('\n{"id":"forged","resolved":"dropped","at":"2023-11-14T22:13:20.000Z"}\n'),
  );
  const text = fc.array(nasty, { maxLength: 5 }).map((parts) => wellFormed(parts.join("")));
  const data = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: "small" }, text, fc.integer(), fc.constant(null), tie("list"), tie("object")),
    list: fc.array(tie("value"), { maxLength: 3 }),
    object: fc.dictionary(text, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  })).value;
  const names = fc.record({ key: text, source: text, type: text, data, headers: fc.dictionary(text, text) });
  fc.assert(fc.property(text, names, (error, event) => {
    // What JSON cannot say (-0, a prototype that is null) is taken out of the expectation first.
    const letter = JSON.parse(JSON.stringify(aLetter({ error, event })));
    const line = letterLine(letter);
    assert.doesNotMatch(line, ANY_LINE_END);
    assert.deepEqual(JSON.parse(line), letter);
    assert.deepEqual(parseLetterLine(line), { kind: "letter", letter });
  }));
});

test("half of a surrogate pair becomes U+FFFD, in names too, since jq refuses a file with one", () => {
  const data = { "a\ud800": "\udc00\ud83d\udca9\ud83d", b: "\\ud800 \\", c: ["\udfff\\"] };
  const line = letterLine(aLetter({ error: "\udbff", event: { key: "k\ud800k", data } }));
  const read = parseLetterLine(line);
  assert.ok(read.kind === "letter");
  assert.deepEqual(read.letter.event.data, { "a\ufffd": "\ufffd\u{1f4a9}\ufffd", b: "\\ud800 \\", c: ["\ufffd\\"] });
  assert.deepEqual([read.letter.error, read.letter.event.key], ["\ufffd", "k\ufffdk"]);
});

test("a line that is no record of ours is damaged, whatever it is", () => {
  const whole = letterLine(aLetter());
  const lines = [
    ...Array.from(whole, (_, end) => whole.slice(0, end)),
    whole.slice(0, 40) + whole,
    "\0\0\0\0",
    "null",
    "[]",
    "1",
    '"text"',
    "{}",
    '{"id":7,"resolved":"dropped"}',
    '{"id":"e1","resolved":"perhaps"}',
    '{"id":"e1","error":"x"}',
    '{"id":"e1","error":"x","event":null}',
    '{"id":"e1","error":"x","event":{"id":"e1","type":"t"}}',
    '{"id":"e1","error":"x","event":{"id":"e1","type":1,"source":"s"}}',
  ];
  for (const line of lines) assert.deepEqual(parseLetterLine(line), { kind: "damaged" }, line);
});

/** `String.prototype.toWellFormed`, as UTF-8 does it. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
