import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Failure } from "../../../src/model.ts";
import { Claim } from "../../../src/store/journal/claim.ts";
import { aJournal } from "../../support/a-journal.ts";

const failure: Failure = { code: "Error", message: "no luck" };
const done = { kind: "complete" as const, result: "1" };

describe("a claim", () => {
  it("counts attempts from 1, or from where the sender stands, and goes on after a retry", async () => {
    const rig = await aJournal();
    await rig.store();
    const claim = await rig.claim();
    assert.ok(claim instanceof Claim);
    assert.deepEqual([claim.attempt, claim.generation], [1, 0]);
    await rig.journal.settle(claim, { kind: "retry", at: rig.clock.now(), failure });
    assert.equal((await rig.claim()).attempt, 2);
    await rig.store({ firstAttempt: 4 });
    assert.equal((await rig.claim()).attempt, 4);
  });

  it("that was settled or given back does nothing to the next claim of the same row", async () => {
    const rig = await aJournal();
    const id = await rig.store();
    const first = await rig.claim();
    await rig.journal.settle(first, { kind: "give-back" });
    const second = await rig.claim();
    await rig.journal.settle(first, { kind: "dead-letter", failure, park: false });
    assert.equal((await rig.journal.find(id))!.state, "running");
    await rig.journal.settle(second, done);
    const next = await rig.store();
    await rig.claim();
    await rig.journal.settle(second, { kind: "dead-letter", failure, park: false });
    assert.equal((await rig.journal.find(next))!.state, "running");
  });

  it("of a journal that was closed means nothing to the one that is opened on its folder", async () => {
    const rig = await aJournal();
    const id = await rig.store();
    const old = await rig.claim();
    await rig.journal.close();
    await rig.reopen();
    const claim = await rig.claim();
    await rig.journal.settle(old, { kind: "dead-letter", failure, park: false });
    assert.equal((await rig.journal.find(id))!.state, "running");
    await rig.journal.settle(claim, done);
    assert.equal((await rig.journal.find(id))!.state, "completed");
  });
});
