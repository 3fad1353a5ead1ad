import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Signal } from "../../../src/ports.ts";
import { Claims } from "../../../src/store/claims.ts";
import { CommitLog } from "../../../src/store/journal/commit-log.ts";
import { FirstSeenLookup } from "../../../src/store/journal/first-seen.ts";
import { JournalCore } from "../../../src/store/journal/journal-core.ts";
import { JournalState } from "../../../src/store/journal/journal-state.ts";
import { encodeHold } from "../../../src/store/journal/records.ts";
import { Segments } from "../../../src/store/journal/segments.ts";
import { fakeClock, settled } from "../../support/fake-clock.ts";
import { FaultDisk } from "../../support/fault-disk.ts";

async function open() {
  const disk = new FaultDisk();
  const clock = fakeClock();
  const segments = new Segments(disk, "/journal");
  const state = new JournalState({ segments, seed: 1, keepMs: 1000 });
  const signals: Signal[] = [];
  const emit = (signal: Signal) => void signals.push(signal);
  const log = new CommitLog({ disk, segments, clock, emit, segmentBytes: 100_000, seed: 1 });
  await log.open({ number: 1, carried: [] }, () => {});
  state.recovered(() => undefined);
  const firstSeen = new FirstSeenLookup(state, 0);
  const calls: string[] = [];
  const unlock = () => Promise.resolve(void calls.push("unlock"));
  const claims = new Claims(state.mailboxes, clock);
  const core = new JournalCore({ state, log, claims, firstSeen, clock, emit, damage: [], unlock });
  return { core, clock, disk, signals, calls };
}

/** Work that ends when it is told to. */
function someWork(calls: string[], name: string) {
  let end = () => {};
  const ended = new Promise<void>((resolve) => end = resolve);
  const work = async () => {
    calls.push(`${name} begins`);
    await ended;
    calls.push(`${name} ends`);
  };
  return { work, end };
}

describe("the core of the journal", () => {
  it("applies what it commits when it is durable, and not what it could not commit", async () => {
    const { core, disk } = await open();
    const hold = (kind: "paused" | undefined) => encodeHold({ source: "events", orderingKey: "k", hold: kind });
    const committed = core.commit([hold("paused")]);
    assert.equal(core.state.holds.size, 0);
    await committed;
    assert.equal(core.state.holds.size, 1);
    disk.onSync = () => "EIO";
    await assert.rejects(core.commit([hold(undefined)]), { code: "ERR_STORE_FAILED" });
    assert.equal(core.state.holds.size, 1);
  });

  it("tells a failed read as a failure of the store", async () => {
    const { core } = await open();
    const cause = Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
    await assert.rejects(core.read(() => Promise.reject(cause)), {
      code: "ERR_STORE_FAILED",
      cause,
      message: /EMFILE/,
    });
  });

  it("does exclusive work one after the other, also behind work that failed", async () => {
    const { core, calls } = await open();
    const [one, two] = [someWork(calls, "one"), someWork(calls, "two")];
    const first = core.exclusively(one.work);
    const failed = core.exclusively(() => Promise.reject(new Error("no")));
    const second = core.exclusively(two.work);
    two.end();
    await settled();
    assert.deepEqual(calls, ["one begins"]);
    one.end();
    await assert.rejects(failed, /no/);
    await Promise.all([first, second]);
    assert.deepEqual(calls, ["one begins", "one ends", "two begins", "two ends"]);
  });

  it("keeps up at its interval, each round behind the one before, and tells of a failure and goes on", async () => {
    const { core, clock, signals } = await open();
    let rounds = 0;
    core.keepUp(1000, () => {
      rounds += 1;
      return rounds === 1 ? Promise.reject(new Error("a bad day")) : Promise.resolve();
    });
    for (const expected of [1, 2, 3]) {
      await clock.advance(1000);
      assert.equal(rounds, expected);
    }
    assert.deepEqual(signals.map((each) => each.kind === "store-failed" && each.message), [
      "Cannot compact the journal: a bad day",
    ]);
  });

  it("lets exclusive work end before it gives the folder free, and does no more after that", async () => {
    const { core, clock, calls } = await open();
    const upkeep = someWork(calls, "upkeep");
    core.keepUp(1000, upkeep.work);
    await clock.advance(1000);
    const closed = core.close();
    await settled();
    assert.deepEqual(calls, ["upkeep begins"]);
    upkeep.end();
    await closed;
    await settled();
    assert.deepEqual(calls, ["upkeep begins", "upkeep ends", "unlock"]);
    assert.equal(clock.next(), undefined);
    await assert.rejects(core.commit([encodeHold({ source: "a", orderingKey: "b", hold: "paused" })]), {
      code: "ERR_STORE_CLOSED",
    });
  });
});
