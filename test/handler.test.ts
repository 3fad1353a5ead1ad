/** The handler API: what it makes is recognised by brand, also when it was made by another copy of hookd. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineHandler, isHandler, isRejected, isRetryAfter, Rejected, RetryAfter, Type } from "../src/handler.ts";

describe("defineHandler", () => {
  it("gives back the definition, recognisable as a handler", () => {
    const definition = { event: "order.placed", run: () => null };
    const handler = defineHandler(definition);
    assert.equal(handler, definition);
    assert.equal(isHandler(handler), true);
  });

  it("types event.data by the schema", async () => {
    const schema = Type.Object({ order_id: Type.String() });
    const handler = defineHandler({ event: "order.placed", schema, run: (event) => event.data.order_id.length });
    const event = { data: { order_id: "order_7" } } as Parameters<typeof handler.run>[0];
    assert.equal(await handler.run(event, {} as Parameters<typeof handler.run>[1]), 7);
  });
});

describe("a brand", () => {
  const nothings = [undefined, null, 1, "text", {}, { run() {} }, () => {}, new Error("plain")];

  it("is not found on anything else", () => {
    for (const value of nothings) {
      assert.equal(isHandler(value), false);
      assert.equal(isRejected(value), false);
      assert.equal(isRetryAfter(value), false);
    }
  });

  it("tells the two ways to end an attempt apart", () => {
    assert.deepEqual([isRejected(new Rejected("no")), isRetryAfter(new Rejected("no"))], [true, false]);
    assert.deepEqual([isRejected(new RetryAfter(5)), isRetryAfter(new RetryAfter(5))], [false, true]);
  });

  it("of another copy of hookd counts the same", () => {
    const foreign = Object.assign(new Error("elsewhere"), { [Symbol.for("hookd.rejected")]: true });
    assert.equal(isRejected(foreign), true);
  });
});

describe("RetryAfter", () => {
  it("says when, with a message of its own or the one it is given", () => {
    assert.deepEqual([new RetryAfter(1500).ms, new RetryAfter(1500).message], [1500, "Asked for a retry in 1500 ms"]);
    assert.equal(new RetryAfter(1500, "busy").message, "busy");
  });
});
