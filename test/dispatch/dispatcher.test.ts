import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dispatcher } from "../../src/dispatch/dispatcher.ts";
import type { Delivery } from "../../src/model.ts";
import type { Signal } from "../../src/ports.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { aDelivery, anEvent } from "../support/an-event.ts";
import { fakeClock, settled } from "../support/fake-clock.ts";

function rig(slots: number) {
  const clock = fakeClock();
  const store = new MemoryStore(clock);
  const running = new Map<string, () => void>();
  const signals: Signal[] = [];
  const attempt = (delivery: Delivery, ended: (attempted: unknown) => void) => {
    const { key } = delivery.event;
    running.set(key, () => {
      running.delete(key);
      ended(undefined);
    });
  };
  let commits = Promise.resolve();
  const settle = async (delivery: Delivery) => {
    await commits;
    await store.settle(delivery, { kind: "complete", result: "null" });
  };
  /** Settlements wait from now on; the function that is returned lets them go on. */
  const stall = () => {
    let resume = () => {};
    commits = new Promise((resolve) => resume = resolve);
    return resume;
  };
  const emit = (signal: Signal) => void signals.push(signal);
  const dispatcher = new Dispatcher({ store, attempt, settle, slots, clock, emit });
  const append = (count: number) => store.append(Array.from({ length: count }, (_, n) => anEvent({ key: `k${n}` })));
  return { clock, store, running, signals, dispatcher, append, stall };
}

describe("the dispatcher", () => {
  it("claims as much as it has slots, and more as they become free", async () => {
    const { dispatcher, append, running, store } = rig(3);
    await append(5);
    dispatcher.start();
    await settled();
    assert.deepEqual([...running.keys()], ["k0", "k1", "k2"]);
    assert.equal(store.status().running, 3, "the backlog stays in the store");
    running.get("k1")!();
    await settled();
    assert.deepEqual([...running.keys()], ["k0", "k2", "k3"]);
  });

  it("claims together what is freed in one turn, though not in one step", async () => {
    const limits: number[] = [];
    const ends: ((hops: number) => Promise<void>)[] = [];
    const dispatcher = new Dispatcher({
      store: {
        claim: (limit) => {
          limits.push(limit);
          return Promise.resolve(Array.from({ length: limit }, () => aDelivery()));
        },
      },
      attempt: (_delivery, ended) => {
        ends.push(async (hops) => {
          while (hops-- > 0) await Promise.resolve();
          ended(undefined);
        });
      },
      settle: () => Promise.resolve(),
      slots: 4,
      clock: fakeClock(),
      emit: () => {},
    });
    dispatcher.start();
    await settled();
    [0, 3, 9].forEach((hops, n) => void ends[n]!(hops));
    await settled();
    assert.deepEqual(limits, [4, 3]);
    assert.equal(dispatcher.running, 4);
  });

  it("frees a slot when the attempt has ended, before it is settled", async () => {
    const { dispatcher, append, running, stall } = rig(1);
    await append(2);
    dispatcher.start();
    await settled();
    stall();
    running.get("k0")!();
    await settled();
    assert.deepEqual([...running.keys()], ["k1"]);
    assert.equal(dispatcher.running, 2);
  });

  it("claims no more once four deliveries for each slot wait to be settled", async () => {
    const { dispatcher, append, running, stall, store } = rig(2);
    await append(20);
    dispatcher.start();
    await settled();
    const resume = stall();
    for (let n = 0; n < 20; n++) {
      for (const end of [...running.values()]) end();
      await settled();
    }
    assert.deepEqual([dispatcher.running, running.size, store.status().running], [8, 0, 8]);
    resume();
    await settled();
    assert.equal(running.size, 2);
  });

  it("drains until all is settled, not only attempted", async () => {
    const { dispatcher, append, running, stall, store } = rig(1);
    await append(1);
    dispatcher.start();
    await settled();
    const resume = stall();
    running.get("k0")!();
    let drained = false;
    const drain = dispatcher.drain().then(() => drained = true);
    await settled();
    assert.equal(drained, false);
    resume();
    await drain;
    assert.equal(store.status().depth, 0);
  });

  it("takes what comes while it waits", async () => {
    const { dispatcher, append, running } = rig(3);
    dispatcher.start();
    await settled();
    await append(1);
    await settled();
    assert.deepEqual([...running.keys()], ["k0"]);
  });

  it("drains: claims no more, and resolves when the last one is through", async () => {
    const { dispatcher, append, running, store } = rig(2);
    await append(3);
    dispatcher.start();
    await settled();
    let drained = false;
    const drain = dispatcher.drain().then(() => drained = true);
    running.get("k0")!();
    await settled();
    assert.deepEqual([...running.keys()], ["k1"]);
    assert.equal(drained, false);
    running.get("k1")!();
    await drain;
    assert.equal(store.status().depth, 1);
  });

  it("drains once, however often it is asked to: each who asks is told", async () => {
    const { dispatcher, append, running } = rig(1);
    await append(1);
    dispatcher.start();
    await settled();
    const both = Promise.all([dispatcher.drain(), dispatcher.drain()]);
    running.get("k0")!();
    await both;
  });

  it("drains at once when it never started, and when nothing runs", async () => {
    await rig(1).dispatcher.drain();
    const { dispatcher } = rig(1);
    dispatcher.start();
    await dispatcher.drain();
  });

  it("uses more slots after a resize, and fewer", async () => {
    const { dispatcher, append, running } = rig(1);
    await append(6);
    dispatcher.start();
    await settled();
    dispatcher.resize(3);
    await settled();
    assert.equal(running.size, 3);
    dispatcher.resize(1);
    running.get("k0")!();
    await settled();
    assert.equal(running.size, 2);
  });

  it("goes on after a claim that failed, and says so", async () => {
    const { clock, signals } = rig(1);
    let failures = 1;
    const seen: string[] = [];
    const store = new MemoryStore(clock);
    await store.append([anEvent({ key: "k" })]);
    const dispatcher = new Dispatcher({
      store: {
        claim: (limit, signal) => failures-- > 0 ? Promise.reject(new Error("disk")) : store.claim(limit, signal),
      },
      attempt: (delivery, ended) => {
        seen.push(delivery.event.key);
        ended(undefined);
      },
      settle: () => Promise.resolve(),
      slots: 1,
      clock,
      emit: (signal) => signals.push(signal),
    });
    dispatcher.start();
    await settled();
    await clock.advance(1000);
    assert.deepEqual(seen, ["k"]);
    assert.deepEqual(signals, [{ kind: "internal-error", where: "claim", message: "disk" }]);
    await dispatcher.drain();
  });
});
