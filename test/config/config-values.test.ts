import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import * as kind from "../../src/config/config-values.ts";

describe("a kind of value", () => {
  const limits = { min: "1s", max: "1h" };
  const table: [name: string, schema: TSchema, good: unknown[], bad: unknown[]][] = [
    ["text", kind.text("", { expected: "" }), ["a", " "], ["", 1, null]],
    ["duration", kind.duration("", limits), ["1s", "1h", "30m", "60m"], ["0s", "999ms", "1h1ms", "61m", 30, "30", "x"]],
    ["size", kind.size("", { min: "1KB", max: "1MB" }), ["1KB", "1MB", "1024B"], ["1023B", "1.1MB", 5, "5"]],
    ["whole number", kind.wholeNumber("", { min: 1, max: 3 }), [1, 3], [0, 4, 1.5, "1", NaN]],
    ["number", kind.anyNumber("", { min: 0, max: 1 }), [0, 0.5, 1], [-0.1, 1.1, "1", NaN, Infinity]],
    ["address", kind.address("", "a:1"), ["127.0.0.1:0", "[::1]:1", "localhost:80"], ["256.0.0.1:1", "a:70000", 8080]],
    ["secret", kind.secret(""), ["${env:X}"], ["", 1]],
    ["reference", kind.reference(""), ["json:/a"], ["", 1]],
    [
      "path",
      kind.endpointPath(""),
      ["/", "/a", "/a/b-c", "/.well-known/x", "/a.b/~c"],
      ["", "a", "/a/", "//a", "/a//b", "/./a", "/a/..", "/a b", "/a?b", "/ä", "/%41"],
    ],
    [
      "public URL",
      kind.publicUrl(""),
      ["https://hooks.example.com", "http://h:8080/base/"],
      ["ftp://h", "https://", "https://u:p@h", "https://u@h", "https://h?x=1", "https://h#x", "h"],
    ],
    ["host names", kind.hostNames("", { orAll: false }), [[], ["a.example", "[::1]:80"]], ["a", ["*"], [""], ["a b"]]],
    ["host names or all", kind.hostNames("", { orAll: true }), [["*"], ["a.example"]], ["*", ["**"], ["*.a"]]],
  ];
  for (const [name, schema, good, bad] of table) {
    for (const value of good) {
      it(`${name} takes ${JSON.stringify(value)}`, () => assert.equal(Value.Check(schema, value), true));
    }
    for (const value of bad) {
      it(`${name} refuses ${typeof value} ${String(value)}`, () => assert.equal(Value.Check(schema, value), false));
    }
  }

  it("names its bounds in words", () => {
    const schema = kind.duration("Deadline", { ...limits, fallback: "30s" });
    assert.equal(schema["description" as never], "Deadline (1s to 1h)");
    assert.equal(schema["errorMessage" as never], "Expected a duration from 1s to 1h, such as 30s");
  });

  it("that was checked becomes a number", () => {
    assert.equal(kind.ms("1m"), 60_000);
    assert.equal(kind.bytes("1KB"), 1024);
  });
});
