import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hash53, idHash, keyHash, mailboxNumber } from "../../src/store/hash.ts";

describe("a hash", () => {
  it("never changes: it stands in journals", () => {
    assert.equal(hash53(0, "hookd"), 4136439106116138);
    assert.equal(hash53(1, "hookd"), 808346822697683);
    assert.equal(keyHash({ source: "events", key: "key-1" }, 42), 3189322325);
    assert.equal(hash53(42, "events", "\0", "key-1"), hash53(42, "events\0key-1"));
  });

  it("is a whole number below 2^53, and a tag one below 2^32", () => {
    for (let n = 0; n < 1000; n++) {
      const hash = hash53(42, `key-${n}`);
      assert.ok(Number.isSafeInteger(hash) && hash >= 0);
      const tag = keyHash({ source: "events", key: `key-${n}` }, 42);
      assert.ok(Number.isInteger(tag) && tag >= 0 && tag < 2 ** 32);
    }
  });

  it("spreads keys that differ little over all of 32 bits", () => {
    const buckets = new Set(Array.from({ length: 4096 }, (_, n) => idHash(`id-${n}`, 7) >>> 20));
    // 4096 balls in 4096 boxes leave 1/e of them empty; far fewer hit boxes would be clumps.
    assert.ok(buckets.size > 2400, `${buckets.size} of 4096`);
  });

  it("depends on the seed, so that nobody can aim at a bucket", () => {
    assert.notEqual(keyHash({ source: "a", key: "b" }, 1), keyHash({ source: "a", key: "b" }, 2));
  });

  it("tells source and key apart wherever they meet", () => {
    assert.notEqual(keyHash({ source: "ab", key: "c" }, 1), keyHash({ source: "a", key: "bc" }, 1));
  });

  it("numbers mailboxes from 1; 0 is for none", () => {
    assert.equal(mailboxNumber("events", undefined, 5), 0);
    assert.ok(mailboxNumber("events", "", 5) > 0);
    assert.notEqual(mailboxNumber("events", "a", 5), mailboxNumber("events", "b", 5));
  });
});
