import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Signal } from "../../../src/ports.ts";
import { aJournal, type JournalRig } from "../../support/a-journal.ts";

const failure = { code: "Error", message: "no luck" };
const done = { kind: "complete" as const, result: "1" };

async function claims(rig: JournalRig, count: number) {
  for (let n = 0; n < count; n++) await rig.store({ orderingKey: `o${n}` });
  return await rig.journal.claim(count, new AbortController().signal);
}

async function states(rig: JournalRig, of: readonly { event: { id: string } }[]) {
  return await Promise.all(of.map(async ({ event }) => (await rig.journal.find(event.id))?.state));
}

describe("settlements of one turn", () => {
  it("enter the log together, and each is settled", async () => {
    const commits: number[] = [];
    const emit = (signal: Signal) => signal.kind === "store-commit" && commits.push(signal.records);
    const rig = await aJournal({ emit });
    const claimed = await claims(rig, 3);
    commits.length = 0;
    const settled = claimed.map((claim) => rig.journal.settle(claim, done));
    assert.equal(settled[0], settled[2]);
    await Promise.all(settled);
    assert.deepEqual(await states(rig, claimed), ["completed", "completed", "completed"]);
    assert.equal(rig.journal.status().depth, 0);
    assert.deepEqual(commits, [3]);
  });

  it("are not joined by one that comes when the log has taken them", async () => {
    const rig = await aJournal();
    const [first, second] = await claims(rig, 2);
    let late: Promise<void> | undefined;
    rig.disk.onSync = () => {
      late ??= rig.journal.settle(second!, done);
      return undefined;
    };
    const early = rig.journal.settle(first!, done);
    await early;
    assert.notEqual(early, late);
    await late;
    assert.deepEqual(await states(rig, [first!, second!]), ["completed", "completed"]);
  });

  it("park their mailboxes, and those only, before what comes next in them has its turn", async () => {
    const rig = await aJournal();
    const claimed = await claims(rig, 3);
    for (let n = 0; n < 3; n++) await rig.store({ orderingKey: `o${n}` });
    const decisions = [done, { kind: "dead-letter" as const, failure, park: true }, done];
    await Promise.all(claimed.map((claim, n) => rig.journal.settle(claim, decisions[n]!)));
    const next = await rig.journal.claim(3, new AbortController().signal);
    assert.deepEqual(next.map(({ event }) => event.orderingKey), ["o0", "o2"]);
  });

  it("fail together, and may be tried again", async () => {
    const rig = await aJournal();
    const claimed = await claims(rig, 2);
    rig.disk.onSync = () => "EIO";
    for (const settled of await Promise.allSettled(claimed.map((claim) => rig.journal.settle(claim, done)))) {
      assert.equal(settled.status === "rejected" && settled.reason.code, "ERR_STORE_FAILED");
    }
    assert.deepEqual(await states(rig, claimed), ["running", "running"]);
    rig.disk.onSync = () => undefined;
    await rig.clock.advance(1000);
    await Promise.all(claimed.map((claim) => rig.journal.settle(claim, done)));
    assert.deepEqual(await states(rig, claimed), ["completed", "completed"]);
  });
});
