import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ConfigError,
  type ConfigFault,
  describeFault,
  didYouMean,
  kindOf,
  oneOf,
  quoted,
  shown,
  shownKey,
  showPath,
} from "../../src/config/config-faults.ts";

function aFault(over: Partial<ConfigFault> = {}): ConfigFault {
  return { line: 12, column: 5, path: "a.b", expected: "an x", found: "a y", ...over };
}

describe("a fault", () => {
  it("is one line: place, path, expected, found and hint", () => {
    assert.equal(describeFault("f.yaml", aFault({ hint: "ask" })), "f.yaml:12:5: a.b: expected an x, found a y; ask");
  });

  it("of the whole file has no path", () => {
    assert.equal(describeFault("f.yaml", aFault({ path: "" })), "f.yaml:12:5: expected an x, found a y");
  });
});

describe("the error", () => {
  it("tells all faults in the order of the file, and carries them", () => {
    const error = new ConfigError("f", [aFault({ line: 3 }), aFault({ line: 1, column: 9 }), aFault({ line: 1 })]);
    assert.equal(error.code, "ERR_CONFIG_INVALID");
    assert.deepEqual(error.message.split("\n").map((line) => line.slice(0, 6)), ["f:1:5:", "f:1:9:", "f:3:5:"]);
    assert.deepEqual(error.faults.map(({ line }) => line), [1, 1, 3]);
  });

  it("tells the first 50 of many and counts the others", () => {
    const error = new ConfigError("f", Array.from({ length: 70 }, () => aFault()));
    assert.equal(error.message.split("\n").length, 51);
    assert.match(error.message, /\nf: and 20 more$/);
    assert.equal(error.faults.length, 70);
  });
});

describe("a path is shown", () => {
  const table: [path: (string | number)[], text: string][] = [
    [[], ""],
    [["a"], "a"],
    [["sources", "my-source", "verify", "secrets", 0], "sources.my-source.verify.secrets[0]"],
    [["sources", "Bad Name", "path"], 'sources["Bad Name"].path'],
    [["", 0], '[""][0]'],
  ];
  for (const [path, text] of table) it(`as ${text}`, () => assert.equal(showPath(path), text));
});

describe("what was found is shown", () => {
  const table: [value: unknown, shown: string, kind: string][] = [
    ["snyc", '"snyc" (string)', "a text"],
    ["x".repeat(24), `"${"x".repeat(24)}" (string)`, "a text"],
    ["x".repeat(25), "a text of 25 characters", "a text"],
    ["", "an empty text", "an empty text"],
    [5, "5 (number)", "a number"],
    [true, "true (boolean)", "a boolean"],
    [null, "nothing", "nothing"],
    [undefined, "nothing", "nothing"],
    [[], "an empty list", "an empty list"],
    [[1, 2], "a list of 2", "a list of 2"],
    [{}, "an empty mapping", "an empty mapping"],
    [{ a: 1 }, "a mapping", "a mapping"],
  ];
  for (const [value, text, kind] of table) {
    it(`as ${text}, or as ${kind}`, () => {
      assert.equal(shown(value), text);
      assert.equal(kindOf(value), kind);
    });
  }

  it("with what a terminal would act on escaped", () => {
    assert.equal(quoted("a\u001b[31m\u202e\u009b\n"), '"a\\u001b[31m\\u{202e}\\u{9b}\\n"');
  });

  it("without a long key, which may be a secret at the wrong indent", () => {
    assert.equal(shownKey("moed"), 'the key "moed"');
    assert.equal(shownKey("k".repeat(25)), "a key of 25 characters");
  });
});

describe("words", () => {
  it("are listed, many of them in part", () => {
    assert.equal(oneOf(["a", "b"]), 'one of "a", "b"');
    assert.match(oneOf(Array.from({ length: 25 }, (_, index) => `w${index}`)), /"w19" and 5 more$/);
  });

  const table: [word: string, known: string[], hint: string | undefined][] = [
    ["snyc", ["sync", "ack"], 'did you mean "sync"?'],
    ["Sync", ["sync", "ack"], 'did you mean "sync"?'],
    ["perThread", ["threads", "per_thread"], 'did you mean "per_thread"?'],
    ["requestTimeout", ["request_timeout"], 'did you mean "request_timeout"?'],
    ["secret", ["secrets", "preset"], 'did you mean "secrets"?'],
    ["zzz", ["sync", "ack"], undefined],
    ["x", ["ack"], undefined],
    ["x".repeat(1000), ["ack"], undefined],
    ["x", [], undefined],
  ];
  for (const [word, known, hint] of table) {
    it(`${word.slice(0, 20)} of ${known.join(", ")}: ${hint}`, () => assert.equal(didYouMean(word, known), hint));
  }
});
