import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { innerListText, itemText, parseDictionary } from "../../../src/accept/signature/structured-fields.ts";

/** How it is written in its canonical way. */
function written(text: string): string | undefined {
  const dictionary = parseDictionary(text);
  return dictionary &&
    [...dictionary].map(([key, member]) =>
      `${key}=${member.kind === "list" ? innerListText(member) : itemText(member)}`
    )
      .join(", ");
}

describe("a dictionary is read, and written in one way", () => {
  const cases: [text: string, written: string][] = [
    ['sig=("a" "b");created=1;keyid="k"', 'sig=("a" "b");created=1;keyid="k"'],
    ['  sig=(  "a"   "b"  );  created=1 \t,\tsig2=("c")  ', 'sig=("a" "b");created=1, sig2=("c")'],
    ["sig=()", "sig=()"],
    ['sig=("@query-param";name="a b" "x";sf;bs=?1;tr=?0)', 'sig=("@query-param";name="a b" "x";sf;bs;tr=?0)'],
    ["a=:AAEC:", "a=:AAEC:"],
    ["a=::", "a=::"],
    ["a, b;x=1", "a=?1, b=?1;x=1"],
    ["a=007, b=-0, c=1.50, d=2.0, e=-12.125", "a=7, b=0, c=1.5, d=2.0, e=-12.125"],
    ["a=999999999999999, b=999999999999.999", "a=999999999999999, b=999999999999.999"],
    [String.raw`a="q\" b\\"`, String.raw`a="q\" b\\"`],
    ["a=tok/en:*, *b.c-d_=x", "a=tok/en:*, *b.c-d_=x"],
  ];
  for (const [text, expected] of cases) it(text, () => assert.equal(written(text), expected));

  it("with the values that the text stands for", () => {
    const { bare } = parseDictionary(String.raw`a="q\" b\\"`)!.get("a") as { bare: { value: unknown } };
    assert.equal(bare.value, String.raw`q" b\ `.trim());
  });
});

describe("a dictionary is refused", () => {
  const cases: [what: string, text: string][] = [
    ["empty", ""],
    ["of spaces", "  "],
    ["with a comma at its end", "a=1,"],
    ["with two commas", "a=1,,b=2"],
    ["with a key twice", "a=1, a=2"],
    ["with a parameter twice", "a=();x=1;x=2"],
    ["with a key in capitals", "A=1"],
    ["with a list that does not end", 'a=("x"'],
    ["with items that touch", 'a=("x""y")'],
    ["with items parted by a tab", 'a=("x"\t"y")'],
    ["with a list in a list", 'a=(("x"))'],
    ["with text after a list", 'a=("x")y'],
    ["with a string that does not end", 'a="x'],
    ["with an unknown escape", String.raw`a="\n"`],
    ["with a control character", 'a="x\ny"'],
    ["with a letter beyond ASCII", 'a="\xe9"'],
    ["with bytes that are no Base64", "a=:AA!:"],
    ["with bytes of the URL alphabet", "a=:-_-_:"],
    ["with bytes without padding", "a=:AA:"],
    ["with stray bits in the last digit", "a=:AB==:"],
    ["with bytes that do not end", "a=:AAEC"],
    ["with a number of 16 digits", "a=1234567890123456"],
    ["with a decimal of four places", "a=1.2345"],
    ["with a number that ends in its point", "a=1."],
    ["with a boolean of its own", "a=?2"],
    ["with a date", "a=@1659578233"],
    ["with spaces around the sign of equality", "a = 1"],
    ["with a tab before it", "\ta=1"],
  ];
  for (const [what, text] of cases) it(what, () => assert.equal(parseDictionary(text), undefined));
});

it("16 KB of what is worst for it are read in no time to speak of", () => {
  for (
    const text of [
      "(".repeat(16_384),
      `a=(${" ".repeat(16_384)}x`,
      `a${";a".repeat(8_192)}`,
      `a="${"\\".repeat(16_383)}`,
    ]
  ) {
    assert.equal(parseDictionary(text), undefined);
  }
});
