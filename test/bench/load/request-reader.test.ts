import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { RequestReader } from "../../../bench/load/request-reader.ts";

describe("a reader of requests", () => {
  const folder = mkdtempSync(join(tmpdir(), "hookd-reader-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("hands out each request once, from the first asked for, and refuses when none is left", () => {
    const path = join(folder, "requests");
    // Longer than a piece that is read at once.
    const stride = 100_000;
    writeFileSync(path, ["a", "b", "c"].map((letter) => letter.repeat(stride)).join(""));
    const reader = new RequestReader(path, { stride, first: 1, count: 3 });
    assert.equal(reader.take().toString(), "b".repeat(stride));
    assert.equal(reader.next, 2);
    assert.equal(reader.take().toString(), "c".repeat(stride));
    assert.throws(() => reader.take(), /used up after 3/);
    reader.close();
  });
});
