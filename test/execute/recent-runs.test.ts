import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RecentRuns } from "../../src/execute/recent-runs.ts";

describe("RecentRuns", () => {
  it("knows the event of a run, and nothing of a run that never was", () => {
    const recent = new RecentRuns();
    recent.add(1, { id: "e1", type: "a" });
    assert.deepEqual(recent.find(1), { id: "e1", type: "a" });
    assert.equal(recent.find(2), undefined);
  });

  it("forgets a run whose place a later one took, instead of naming the wrong event", () => {
    const recent = new RecentRuns();
    for (let run = 1; run <= 2 ** 14 + 1; run++) recent.add(run, { id: `e${run}`, type: "a" });
    assert.equal(recent.find(1), undefined);
    assert.equal(recent.find(2)?.id, "e2");
    assert.equal(recent.find(2 ** 14 + 1)?.id, "e16385");
  });
});
