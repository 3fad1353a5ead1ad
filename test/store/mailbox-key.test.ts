import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatMailboxKey, parseMailboxKey } from "../../src/store/mailbox-key.ts";

describe("a mailbox key", () => {
  for (const orderingKey of ["user_42", "", "a:b", "with space", "ключ"]) {
    it(`is read back as it was written: ${JSON.stringify(orderingKey)}`, () => {
      const key = { source: "events", orderingKey };
      assert.deepEqual(parseMailboxKey(formatMailboxKey(key)), key);
    });
  }

  for (const text of ["", "events", ":user_42"]) {
    it(`without a source is none: ${JSON.stringify(text)}`, () => assert.equal(parseMailboxKey(text), undefined));
  }
});
