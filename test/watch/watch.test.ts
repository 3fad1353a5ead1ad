import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreStatus } from "../../src/ports.ts";
import { Watch, type WatchNeeds } from "../../src/watch/watch.ts";
import { aStoredEvent } from "../support/an-event.ts";
import { fakeClock } from "../support/fake-clock.ts";

const status: StoreStatus = {
  accepting: true,
  depth: 0,
  running: 0,
  mailboxes: { available: 0, running: 0, retryable: 0, paused: 0, parked: 0 },
  idempotency: { entries: 0, cacheHits: 0 },
  damage: [],
};

function watchOver(over: Partial<WatchNeeds> = {}): Watch {
  const handlers = { match: () => undefined, entries: [{ events: ["order.placed", "user.*"] }] };
  const config = {
    log: { level: "info", sample: 0 },
    limits: { queueMax: 100 },
    sources: [{ name: "events", types: ["user.created"] }],
  };
  return new Watch({
    clock: fakeClock(),
    version: "1.2.3",
    project: () => ({ config, handlers }) as unknown as ReturnType<WatchNeeds["project"]>,
    status: () => status,
    deadLetters: () => 0,
    letterDamage: () => [],
    threads: () => ({ idle: 0, busy: 0, starting: 0 }),
    draining: () => false,
    ...over,
  });
}

const readiness: [says: string, over: Partial<WatchNeeds>, failing: string[]][] = [
  ["all is well", {}, []],
  ["it drains", { draining: () => true }, ["draining"]],
  ["the store is not open yet", { status: () => undefined }, ["store"]],
  ["the store refuses", { status: () => ({ ...status, accepting: false, reason: "EIO" }) }, ["store"]],
  ["the queue is nearly full", { status: () => ({ ...status, depth: 99 }) }, []],
  ["the queue is full", { status: () => ({ ...status, depth: 100 }) }, ["queue"]],
  ["there is damage, kept aside", { status: () => ({ ...status, damage: ["a: 1-2"] }) }, []],
];

for (const [says, over, failing] of readiness) {
  test(`when ${says} it is ${failing.length === 0 ? "ready" : `not ready: ${failing.join()}`}, and alive`, () => {
    const { health } = watchOver(over);
    const { status, checks } = health.ready();
    assert.equal(status, failing.length === 0 ? "ok" : "failing");
    assert.deepEqual(Object.entries(checks).filter(([, { ok }]) => !ok).map(([name]) => name), failing);
    assert.equal(health.live().status, "ok");
  });
}

test("damage is told where it is, of the journal and of the dead letters", () => {
  const { health } = watchOver({
    status: () => ({ ...status, damage: ["a: 1-2", "b: 3-4"] }),
    letterDamage: () => ["dlq.jsonl: 1 unreadable line(s), the first at byte 0"],
  });
  const { journal, dead_letters } = health.ready().checks;
  assert.deepEqual(journal, { ok: true, detail: "damaged: a: 1-2; b: 3-4" });
  assert.deepEqual(dead_letters, { ok: true, detail: "damaged: dlq.jsonl: 1 unreadable line(s), the first at byte 0" });
});

test("what is emitted is counted, under names from the config and the handlers only", async () => {
  const { emit, metrics } = watchOver();
  for (const type of ["order.placed", "user.created", "user.renamed", "odd"]) {
    emit({ kind: "accepted", event: aStoredEvent({ type, source: type === "odd" ? "odd" : "events" }) });
  }
  const { body } = await metrics.text(undefined);
  assert.deepEqual(body.split("\n").filter((line) => line.startsWith("hookd_events_accepted_total")), [
    'hookd_events_accepted_total{source="events",type="order.placed"} 1',
    'hookd_events_accepted_total{source="events",type="user.created"} 1',
    'hookd_events_accepted_total{source="events",type="other"} 1',
    'hookd_events_accepted_total{source="other",type="other"} 1',
  ]);
  assert.match(body, /^hookd_build_info\{version="1\.2\.3",runtime="(node|deno) \d+\.\d+\.\d+"\} 1$/m);
});

test("metrics are there before the store is open", async () => {
  const { metrics } = watchOver({ status: () => undefined });
  assert.match((await metrics.text(undefined)).body, /^hookd_queue_depth 0$/m);
});
