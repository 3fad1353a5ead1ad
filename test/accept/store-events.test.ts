import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QueueRoom } from "../../src/accept/queue-room.ts";
import { storeEvents, tellStored } from "../../src/accept/store-events.ts";
import type { Appended, Signal } from "../../src/ports.ts";
import { anEvent, aStoredEvent } from "../support/an-event.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { type FakeStore, fakeStore } from "../support/fake-store.ts";

const LIMITS = { queueMax: 3 };

function store(over: Partial<FakeStore> = {}) {
  const clock = fakeClock();
  const fake = Object.assign(fakeStore(clock), over);
  const queue = new QueueRoom({ clock, store: fake, limits: () => LIMITS, draining: () => false });
  const run = async (count: number) => await storeEvents({ store: fake, queue }, events(count), (appended) => appended);
  return { fake, queue, run };
}

function events(count: number) {
  return Array.from({ length: count }, () => anEvent());
}

describe("storing events", () => {
  it("answers for each, in order", async () => {
    const { run } = store();
    const appended = await run(2);
    assert(!("kind" in appended));
    assert.deepEqual(appended.map(({ kind }) => kind), ["stored", "stored"]);
  });

  it("of none asks nobody", async () => {
    const { run, fake } = store({ broken: "store" });
    assert.deepEqual(await run(0), []);
    assert.equal(fake.asked.length, 0);
  });

  it("is refused before anything is written, while the queue is full or the store refuses", async () => {
    for (const [pretend, code] of [[{ depth: 3 }, "overloaded"], [{ accepting: false }, "store_failed"]] as const) {
      const { run, fake } = store({ pretend });
      const refused = await run(2);
      assert("kind" in refused);
      assert.deepEqual([refused.code, refused.events, fake.asked.length], [code, 2, 0]);
    }
  });

  it("counts those that are on their way to the disk, until they are there or cannot be", async () => {
    for (const broken of ["no", "store"] as const) {
      const { run, queue } = store({ broken, pretend: { depth: 0 } });
      const storing = run(3);
      assert.equal(queue.refusal()?.code, "overloaded");
      await storing;
      assert.equal(queue.refusal(), undefined);
    }
  });

  it("does not count for ever what an append that throws had counted", () => {
    const fail = () => {
      throw new TypeError("a bug");
    };
    const { fake, queue } = store({ append: fail, pretend: { depth: 2 } });
    assert.throws(() => storeEvents({ store: fake, queue }, events(1), (appended) => appended), TypeError);
    assert.equal(queue.refusal(), undefined);
  });

  it("that fails is refused, and says nothing of the disk", async () => {
    const refused = await store({ broken: "store" }).run(2);
    assert("kind" in refused);
    assert.deepEqual([refused.code, refused.events, refused.detail.includes("seg")], ["store_failed", 2, false]);
  });

  it("passes on what is no failure of the store: a fault of hookd", async () => {
    await assert.rejects(store({ broken: "bug" }).run(1), TypeError);
  });
});

interface Telling {
  changedBody?: "reject" | "duplicate";
  senderRetry?: number;
}

describe("telling what was stored", () => {
  const stored: Appended = { kind: "stored", event: aStoredEvent(), ahead: 0 };
  const first = { event: aStoredEvent(), state: "available" as const };
  const copy = (sameBody: boolean): Appended => ({ kind: "duplicate", first, sameBody });

  function tell(appended: Appended[], { changedBody = "duplicate", senderRetry = 0 }: Telling = {}) {
    const signals: Signal[] = [];
    const emit = (signal: Signal) => void signals.push(signal);
    const refused = tellStored(appended, { emit, route: { source: "events", changedBody }, senderRetry });
    return { refused: refused?.code, signals };
  }

  it("names each event, and what is a duplicate", () => {
    assert.deepEqual(tell([stored, copy(true), copy(false)]), {
      refused: undefined,
      signals: [
        { kind: "accepted", event: stored.event, senderRetry: undefined },
        { kind: "duplicate", source: "events", eventId: first.event.id, changedBody: false, senderRetry: undefined },
        { kind: "duplicate", source: "events", eventId: first.event.id, changedBody: true, senderRetry: undefined },
      ],
    });
  });

  it("names the sender's count of its tries, where there were any", () => {
    const { signals } = tell([stored, copy(true)], { senderRetry: 2 });
    assert.deepEqual(signals.map((signal) => "senderRetry" in signal && signal.senderRetry), [2, 2]);
  });

  it("refuses a known key with another body where the source says so", () => {
    assert.deepEqual(tell([copy(false)], { changedBody: "reject" }), {
      refused: "idempotency_key_reused",
      signals: [],
    });
    assert.equal(tell([copy(true)], { changedBody: "reject" }).refused, undefined);
  });
});
