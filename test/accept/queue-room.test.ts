import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QueueRoom } from "../../src/accept/queue-room.ts";
import type { StoreStatus } from "../../src/ports.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { fakeStore } from "../support/fake-store.ts";

function rig(over: Partial<StoreStatus> = {}, queueMax = 10) {
  const clock = fakeClock();
  const store = fakeStore(clock);
  store.pretend = { depth: 10, ...over };
  const state = { draining: false };
  const room = new QueueRoom({ clock, store, limits: () => ({ queueMax }), draining: () => state.draining });
  const told: string[] = [];
  const arrivals: (() => void)[] = [];
  const wait = (name: string) =>
    room.wait((refused, arrived) => {
      told.push(`${name}: ${refused?.code ?? "in"}`);
      if (refused === undefined) arrivals.push(arrived);
    });
  const arrive = () => {
    for (const arrived of arrivals.splice(0)) arrived();
  };
  const depth = (depth: number) => void (store.pretend = { ...over, depth });
  return { clock, store, state, room, told, wait, depth, arrive };
}

describe("room in the queue", () => {
  it("is plenty below a thousand less than the limit: nobody waits or is counted", () => {
    const { room, depth } = rig({}, 5000);
    for (const [taken, isOpen] of [[3999, true], [4000, false]] as const) {
      depth(taken);
      assert.equal(room.isOpen(), isOpen);
    }
  });

  it("is given at once up to the limit, what is coming and what is on its way to the disk counted in", () => {
    const { room, told, wait, depth, arrive } = rig();
    depth(7);
    room.storing(1);
    for (const name of ["a", "b", "c"]) wait(name);
    assert.deepEqual(told, ["a: in", "b: in"]);
    arrive();
    wait("d");
    assert.deepEqual(told, ["a: in", "b: in"]);
  });

  it("is not there while the store refuses, and why is not told to the sender", () => {
    const { room } = rig({ accepting: false, reason: "/data/journal is on fire" });
    const refusal = room.refusal();
    assert.deepEqual([room.isOpen(), refusal?.code, refusal?.reason], [false, "store_failed", "store_refusing"]);
    assert(!JSON.stringify(refusal).includes("fire"));
  });

  it("is given to those who wait in the order in which they came, and to no more than there is", async () => {
    const { clock, told, wait, depth, arrive } = rig();
    for (const name of ["a", "b", "c"]) wait(name);
    await clock.advance(100);
    assert.deepEqual(told, []);
    depth(8);
    await clock.advance(5);
    assert.deepEqual(told, ["a: in", "b: in"]);
    arrive();
    depth(9);
    await clock.advance(5);
    assert.deepEqual(told, ["a: in", "b: in", "c: in"]);
    arrive();
    assert.equal(clock.next(), undefined);
  });

  it("is kept for one that was let in until its body is there, and not for long", async () => {
    const { clock, told, wait, depth, arrive } = rig();
    for (const name of ["a", "b", "c"]) wait(name);
    depth(9);
    await clock.advance(45);
    assert.deepEqual(told, ["a: in"]);
    arrive();
    await clock.advance(5);
    assert.deepEqual(told, ["a: in", "b: in"]);
    await clock.advance(45);
    assert.equal(told.length, 2);
    await clock.advance(10);
    assert.deepEqual(told, ["a: in", "b: in", "c: in"]);
  });

  it("is not taken by a new one from those who wait", async () => {
    const { clock, told, wait, depth } = rig();
    wait("a");
    depth(9);
    wait("b");
    await clock.advance(5);
    assert.deepEqual(told, ["a: in"]);
  });

  it("is waited for a second, and then no more until there was some", async () => {
    const { clock, told, wait, depth, arrive } = rig();
    wait("a");
    await clock.advance(999);
    assert.deepEqual(told, []);
    await clock.advance(1);
    wait("b");
    assert.deepEqual(told, ["a: overloaded", "b: overloaded"]);
    depth(9);
    wait("c");
    depth(10);
    arrive();
    wait("d");
    await clock.advance(999);
    assert.deepEqual(told.slice(2), ["c: in"]);
  });

  it("is waited for again by the next, where some was made while one waited in vain", async () => {
    const { clock, told, wait, depth, arrive } = rig();
    wait("a");
    await clock.advance(500);
    wait("b");
    depth(9);
    await clock.advance(5);
    arrive();
    depth(10);
    await clock.advance(995);
    assert.deepEqual(told, ["a: in", "b: overloaded"]);
    wait("c");
    assert.equal(told.length, 2);
  });

  it("is refused to a few at a time, so that many who have waited long enough hold up nobody", async () => {
    const { clock, told, wait } = rig();
    for (let n = 0; n < 40; n++) wait(`${n}`);
    const counts: number[] = [];
    for (const ms of [995, 5, 5, 5, 5]) {
      await clock.advance(ms);
      counts.push(told.length);
    }
    assert.deepEqual(counts, [0, 16, 32, 40, 40]);
    assert(told.every((each) => each.endsWith(": overloaded")));
    assert.equal(clock.next(), undefined);
  });

  it("is not waited for while the store refuses, nor once it begins to", async () => {
    const { clock, store, told, wait } = rig();
    wait("a");
    store.pretend = { depth: 10, accepting: false };
    wait("b");
    assert.deepEqual(told, ["b: store_failed"]);
    await clock.advance(5);
    assert.deepEqual(told, ["b: store_failed", "a: store_failed"]);
  });

  it("is not waited for once the daemon stops", async () => {
    const { clock, state, told, wait } = rig();
    wait("a");
    state.draining = true;
    await clock.advance(5);
    assert.deepEqual(told, ["a: draining"]);
    assert.equal(clock.next(), undefined);
  });
});
