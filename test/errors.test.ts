/** Errors carry a code and say what to do; what was thrown is read without ever throwing again. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ERROR_HINTS, HookdError, messageOf, systemCode } from "../src/errors.ts";

describe("a HookdError", () => {
  it("has a code, the hint that belongs to it, and its cause", () => {
    const cause = new Error("EACCES");
    const error = new HookdError("ERR_STORE_UNREADABLE", "Cannot read the data directory", { cause });
    assert.equal(error.name, "HookdError");
    assert.equal(error.code, "ERR_STORE_UNREADABLE");
    assert.equal(error.hint, ERROR_HINTS.ERR_STORE_UNREADABLE);
    assert.equal(error.cause, cause);
  });

  it("has a hint for every code: one sentence without its full stop", () => {
    for (const [code, hint] of Object.entries(ERROR_HINTS)) assert.match(hint, /^[A-Z`].*[^.]$/, code);
  });
});

describe("systemCode", () => {
  const cases: [thrown: unknown, code: string][] = [
    [Object.assign(new Error("full"), { code: "ENOSPC" }), "ENOSPC"],
    [new Error("plain"), ""],
    [{ code: 28 }, ""],
    [null, ""],
    [undefined, ""],
    ["ENOSPC", ""],
  ];
  for (const [thrown, code] of cases) {
    it(`of ${JSON.stringify(thrown) ?? "undefined"} is "${code}"`, () => assert.equal(systemCode(thrown), code));
  }
});

describe("messageOf", () => {
  const untellable = {
    toString() {
      throw new Error("no");
    },
  };
  const cases: [what: string, thrown: unknown, message: string][] = [
    ["an error", new Error("not there"), "not there"],
    ["text", "just text", "just text"],
    ["nothing", undefined, "undefined"],
    ["an object that cannot be shown", untellable, "an error that cannot be shown"],
    ["a bare object", Object.create(null), "an error that cannot be shown"],
  ];
  for (const [what, thrown, message] of cases) {
    it(`of ${what} is "${message}"`, () => assert.equal(messageOf(thrown), message));
  }
});
