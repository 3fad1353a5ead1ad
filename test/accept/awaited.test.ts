import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Awaited } from "../../src/accept/awaited.ts";
import type { Settlement } from "../../src/ports.ts";
import { aDelivery, aStoredEvent } from "../support/an-event.ts";
import { fakeClock, settled } from "../support/fake-clock.ts";

const ID = "018bcfe5-6800-7000-8000-000000000001";
const failure = { code: "Error", message: "broken" };

function settlement(decision: Settlement["decision"]): Settlement {
  return { delivery: aDelivery({ event: aStoredEvent({ id: ID }) }), decision };
}

function rig() {
  const clock = fakeClock();
  const awaited = new Awaited(clock);
  const join = (role: "sender" | "observer" = "sender", timeoutMs = 1000) => {
    const wait = awaited.join(ID, { timeoutMs, role });
    const state = { kind: "waiting" };
    void wait.ended.then((waited) => (state.kind = waited.kind));
    return { ...wait, state };
  };
  return { clock, awaited, join };
}

it("all who wait get the settlement", async () => {
  const { awaited, join } = rig();
  const waits = [join(), join(), join("observer")];
  const done = settlement({ kind: "complete", result: "1" });
  awaited.settled(done);
  for (const wait of waits) assert.deepEqual(await wait.ended, { kind: "settled", settlement: done });
});

it("the deadline ends a wait, and not before", async () => {
  const { clock, join } = rig();
  const { state } = join();
  await clock.advance(999);
  assert.equal(state.kind, "waiting");
  await clock.advance(1);
  assert.equal(state.kind, "deadline");
  assert.equal(clock.next(), undefined);
});

it("a retry is no outcome", async () => {
  const { clock, awaited, join } = rig();
  const { state } = join();
  awaited.settled(settlement({ kind: "retry", at: 0, failure }));
  await clock.advance(999);
  assert.equal(state.kind, "waiting");
  awaited.settled(settlement({ kind: "complete", result: "1" }));
  await settled();
  assert.equal(state.kind, "settled");
});

describe("take", () => {
  it("is true only while a sender waits", () => {
    const { awaited, join } = rig();
    assert.equal(awaited.take(ID), false);
    const observer = join("observer");
    assert.equal(awaited.take(ID), false);
    const sender = join();
    assert.equal(awaited.take(ID), true);
    sender.leave();
    assert.equal(awaited.take(ID), false);
    observer.leave();
  });

  it("turns the deadline off: the sender gets the outcome, however late", async () => {
    const { clock, awaited, join } = rig();
    const { state } = join();
    await clock.advance(999);
    assert.equal(awaited.take(ID), true);
    await clock.advance(1_000_000);
    assert.equal(state.kind, "waiting");
    awaited.settled(settlement({ kind: "fail", failure }));
    await settled();
    assert.equal(state.kind, "settled");
  });

  it("after the deadline is false: nobody was promised anything, so that a dead letter is due", async () => {
    const { clock, awaited, join } = rig();
    const { state } = join();
    await clock.advance(1000);
    assert.equal(state.kind, "deadline");
    assert.equal(awaited.take(ID), false);
  });

  it("leaves the observers their deadline", async () => {
    const { clock, awaited, join } = rig();
    join();
    const observer = join("observer");
    awaited.take(ID);
    await clock.advance(1000);
    assert.equal(observer.state.kind, "deadline");
  });

  it("also holds for a sender that joins before the outcome is stored", async () => {
    const { clock, awaited, join } = rig();
    join();
    awaited.take(ID);
    const late = join();
    await clock.advance(1_000_000);
    assert.equal(late.state.kind, "waiting");
    awaited.settled(settlement({ kind: "fail", failure }));
    await settled();
    assert.equal(late.state.kind, "settled");
  });

  it("also holds for a sender that joins after the first one hung up", async () => {
    const { clock, awaited, join } = rig();
    const first = join();
    awaited.take(ID);
    first.leave();
    const second = join();
    await clock.advance(1_000_000);
    assert.equal(second.state.kind, "waiting");
    awaited.settled(settlement({ kind: "fail", failure }));
    await settled();
    assert.equal(second.state.kind, "settled");
  });

  it("is void after a retry: what is left of the deadline runs again", async () => {
    const { clock, awaited, join } = rig();
    const { state } = join();
    await clock.advance(400);
    awaited.take(ID);
    await clock.advance(100);
    awaited.settled(settlement({ kind: "retry", at: 0, failure }));
    await clock.advance(499);
    assert.equal(state.kind, "waiting");
    await clock.advance(1);
    assert.equal(state.kind, "deadline");
  });
});

it("an outcome that could not be stored ends the senders' wait, and the observers go on", async () => {
  const { awaited, join } = rig();
  const sender = join();
  const observer = join("observer");
  awaited.take(ID);
  awaited.failed(ID);
  await settled();
  assert.deepEqual([sender.state.kind, observer.state.kind], ["failed", "waiting"]);
  assert.equal(awaited.take(ID), false);
});

it("closing ends all waits but those whose outcome was promised", async () => {
  const { awaited, join } = rig();
  const promised = join();
  const observer = join("observer");
  awaited.take(ID);
  const other = awaited.join("another", { timeoutMs: 1000, role: "sender" });
  awaited.close();
  assert.equal((await other.ended).kind, "closed");
  await settled();
  assert.deepEqual([promised.state.kind, observer.state.kind], ["waiting", "closed"]);
  awaited.settled(settlement({ kind: "fail", failure }));
  await settled();
  assert.equal(promised.state.kind, "settled");
});

it("after closing nobody waits", async () => {
  const { awaited, join } = rig();
  awaited.close();
  assert.equal((await join().ended).kind, "closed");
});

it("a sender that joins after closing still gets an outcome that was promised", async () => {
  const { awaited, join } = rig();
  join();
  awaited.take(ID);
  awaited.close();
  const late = join();
  await settled();
  assert.equal(late.state.kind, "waiting");
  awaited.settled(settlement({ kind: "fail", failure }));
  await settled();
  assert.equal(late.state.kind, "settled");
});

it("nothing is kept of a wait that ended", async () => {
  const { clock, awaited, join } = rig();
  const { leave, ended } = join();
  leave();
  leave();
  assert.equal((await ended).kind, "left");
  assert.equal(clock.next(), undefined);
  assert.equal(awaited.take(ID), false);
  awaited.settled(settlement({ kind: "complete", result: "1" }));
  awaited.failed(ID);
});
