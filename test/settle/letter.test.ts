import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { letterId, toLetter } from "../../src/settle/letter.ts";
import { aDelivery, aStoredEvent } from "../support/an-event.ts";

const why = {
  failure: { code: "Error", message: "no luck", stack: "a stack" },
  attempts: 3,
  failedAt: 1_700_000_001_000,
  data: { n: 1 },
};

describe("a dead letter", () => {
  it("says what the contract says, and nothing else", () => {
    const event = aStoredEvent({ key: "k", headers: ["X-A", "1", "x-a", "2", "__proto__", "p"] });
    const letter = toLetter(aDelivery({ event }), why);
    assert.deepEqual(JSON.parse(JSON.stringify(letter)), {
      id: event.id,
      event: {
        id: event.id,
        source: "events",
        type: "order.placed",
        key: "k",
        received_at: "2023-11-14T22:13:20.000Z",
        headers: JSON.parse('{"x-a":"1, 2","__proto__":"p"}'),
        data: { n: 1 },
      },
      error: "no luck",
      attempts: 3,
      failed_at: "2023-11-14T22:13:21.000Z",
    });
  });

  it("has one id for each time that the event dies", () => {
    assert.deepEqual([0, 1, 2].map((generation) => letterId("e", generation)), ["e", "e.2", "e.3"]);
  });
});
