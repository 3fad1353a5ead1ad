import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventRecord } from "../../src/model.ts";
import type { EventFilter } from "../../src/ports.ts";
import { matchesEvent, matchesFilter } from "../../src/store/event-filter.ts";
import { aStoredEvent } from "../support/an-event.ts";

const event = aStoredEvent({ source: "shop", type: "order.placed", receivedAt: 1000 });
const record: EventRecord = { event, state: "dead", attempts: [], generation: 0 };

const cases: [filter: Omit<EventFilter, "limit">, ofEvent: boolean, ofRecord: boolean][] = [
  [{}, true, true],
  [{ source: "shop", type: "order.placed", since: 1000, until: 1000, state: "dead" }, true, true],
  [{ source: "other" }, false, false],
  [{ type: "order.*" }, false, false],
  [{ since: 1001 }, false, false],
  [{ until: 999 }, false, false],
  [{ state: "completed" }, true, false],
];

describe("a filter", () => {
  for (const [filter, ofEvent, ofRecord] of cases) {
    it(`shows the event or not: ${JSON.stringify(filter)}`, () => {
      assert.equal(matchesEvent(event, { ...filter, limit: 1 }), ofEvent);
      assert.equal(matchesFilter(record, { ...filter, limit: 1 }), ofRecord);
    });
  }
});
