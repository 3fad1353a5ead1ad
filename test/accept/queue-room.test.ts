import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QueueRoom } from "../../src/accept/queue-room.ts";
import type { StoreStatus } from "../../src/ports.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { fakeStore } from "../support/fake-store.ts";

function rig(over: Partial<StoreStatus> = {}) {
  const clock = fakeClock();
  const store = fakeStore(clock);
  store.pretend = { depth: 10, ...over };
  const state = { draining: false };
  const room = new QueueRoom({ clock, store, limits: () => ({ queueMax: 10 }), draining: () => state.draining });
  const told: string[] = [];
  const wait = (name: string) =>
    room.wait((refused) => {
      told.push(`${name}: ${refused?.code ?? "in"}`);
    });
  const depth = (depth: number) => void (store.pretend = { ...over, depth });
  return { clock, store, state, room, told, wait, depth };
}

describe("room in the queue", () => {
  it("is there below the limit, what is on its way to the disk counted in", () => {
    const { room, depth } = rig();
    assert.equal(room.isOpen(), false);
    depth(9);
    assert.equal(room.isOpen(), true);
    room.storing(1);
    assert.equal(room.isOpen(), false);
    room.storing(-1);
    assert.equal(room.isOpen(), true);
  });

  it("is not there while the store refuses, and why is not told to the sender", () => {
    const { room } = rig({ accepting: false, reason: "/data/journal is on fire" });
    const refusal = room.refusal();
    assert.deepEqual([room.isOpen(), refusal?.code, refusal?.reason], [false, "store_failed", "store_refusing"]);
    assert(!JSON.stringify(refusal).includes("fire"));
  });

  it("is given to those who wait in the order in which they came, and to no more than there is", async () => {
    const { clock, told, wait, depth } = rig();
    for (const name of ["a", "b", "c"]) wait(name);
    await clock.advance(100);
    assert.deepEqual(told, []);
    depth(8);
    await clock.advance(5);
    assert.deepEqual(told, ["a: in", "b: in"]);
    depth(9);
    await clock.advance(5);
    assert.deepEqual(told, ["a: in", "b: in", "c: in"]);
    assert.equal(clock.next(), undefined);
  });

  it("is not taken by a new one from those who wait", async () => {
    const { clock, room, told, wait, depth } = rig();
    wait("a");
    depth(9);
    assert.equal(room.isOpen(), false);
    wait("b");
    await clock.advance(5);
    assert.deepEqual(told, ["a: in"]);
  });

  it("is waited for a second, and then no more until there was some", async () => {
    const { clock, room, told, wait, depth } = rig();
    wait("a");
    await clock.advance(999);
    assert.deepEqual(told, []);
    await clock.advance(1);
    wait("b");
    assert.deepEqual(told, ["a: overloaded", "b: overloaded"]);
    depth(9);
    assert.equal(room.isOpen(), true);
    depth(10);
    wait("c");
    await clock.advance(999);
    assert.equal(told.length, 2);
  });

  it("is waited for again by the next, where some was made while one waited in vain", async () => {
    const { clock, told, wait, depth } = rig();
    wait("a");
    await clock.advance(500);
    wait("b");
    depth(9);
    await clock.advance(5);
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
