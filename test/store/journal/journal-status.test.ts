import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { aJournal } from "../../support/a-journal.ts";
import { anEvent } from "../../support/an-event.ts";

describe("the status of a journal", () => {
  it("is one view that stays up to date", async () => {
    const { journal } = await aJournal();
    const status = journal.status();
    assert.equal(status.depth, 0);
    assert.equal(status.oldestReceivedAt, undefined);
    const event = anEvent();
    await journal.append([event]);
    assert.equal(status, journal.status());
    assert.deepEqual([status.depth, status.running, status.accepting, status.reason], [1, 0, true, undefined]);
    assert.equal(status.oldestReceivedAt, event.receivedAt);
    await journal.claim(1, new AbortController().signal);
    assert.equal(status.running, 1);
    await journal.close();
    assert.equal(status.accepting, false);
    assert.match(status.reason ?? "", /closed/);
  });
});
