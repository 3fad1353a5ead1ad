import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FreshEvents } from "../../../src/store/journal/fresh-events.ts";
import { aStoredEvent } from "../../support/an-event.ts";

const MB = 1024 * 1024;

describe("fresh events", () => {
  it("are given once", () => {
    const fresh = new FreshEvents();
    const event = aStoredEvent();
    fresh.keep(3, event);
    assert.equal(fresh.take(3), event);
    assert.equal(fresh.take(3), undefined);
  });

  it("take no more than their budget, and free it when they are taken", () => {
    const fresh = new FreshEvents();
    const big = aStoredEvent({ body: new Uint8Array(10 * MB) });
    fresh.keep(1, big);
    fresh.keep(2, big);
    assert.equal(fresh.take(2), undefined, "the second is over the budget");
    assert.equal(fresh.take(1), big);
    fresh.keep(2, big);
    assert.equal(fresh.take(2), big);
  });

  it("count small events too", () => {
    const fresh = new FreshEvents();
    const event = aStoredEvent({ body: new Uint8Array(0) });
    for (let slot = 0; slot < 20_000; slot++) fresh.keep(slot, event);
    assert.equal(fresh.take(19_999), undefined);
  });
});
