/** How long a key counts, to the millisecond: the accept room over real HTTP and the journal, under a virtual clock. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createAccept } from "../../src/accept/accept.ts";
import { Awaited } from "../../src/accept/awaited.ts";
import { PublicListener } from "../../src/accept/listener.ts";
import { compileRoutes } from "../../src/accept/routes.ts";
import { createHandlerTable } from "../../src/execute/handler-table.ts";
import { aJournal } from "../support/a-journal.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { SECRET } from "../support/daemon-process.ts";
import { signed } from "../support/shipped-daemon.ts";
import { SignedSender } from "../support/signed-post.ts";

const DAY = 86_400_000;

/** A source for each window; `restart` leaves the journal as a crash would and reads what is on the disk. */
async function rigOf(windows: Record<string, number | undefined>) {
  // As the daemon opens it: whatever a window may still ask for is kept.
  const rig = await aJournal({ retention: { keepMs: 7 * DAY, deadMs: Infinity } });
  const base = aConfig();
  const sources = Object.entries(windows).map(([name, windowMs]) =>
    aSource({
      name,
      path: `/${name}`,
      secrets: [SECRET],
      mode: "ack",
      type: undefined,
      data: "json:",
      order: undefined,
      unknown: "accept",
      windowMs,
    })
  );
  const config = { ...base, listen: { host: "127.0.0.1", port: 0 }, sources };
  const routes = compileRoutes(config);
  const handle = createAccept({
    clock: rig.clock,
    emit: () => {},
    store: {
      append: (events) => rig.journal.append(events),
      find: (id) => rig.journal.find(id),
      status: () => rig.journal.status(),
    },
    awaited: new Awaited(rig.clock),
    routes: () => routes,
    handlers: () => createHandlerTable([]),
    limits: () => config.limits,
    draining: () => false,
  });
  const listener = await PublicListener.open({ address: config.listen, limits: config.limits, handle, emit: () => {} });
  const sender = new SignedSender();
  return {
    clock: rig.clock,
    restart: () => rig.reopen(),
    settle: () => rig.settle({ kind: "complete", result: "null" }),
    /** The event that the sender is told of, and whether it was there before. */
    async send(source: string, n = 1) {
      const request = signed({ n }, { "X-Event-Type": "any.type", "Idempotency-Key": "one" });
      const { status, body } = await sender.send(`http://127.0.0.1:${listener.address.port}/${source}`, request);
      return { status, id: body.event_id as string, isDuplicate: body.duplicate === true || status === 200 };
    },
    async close() {
      sender.close();
      await listener.close(0);
      await rig.journal.close();
    },
  };
}

describe("the window of an idempotency key", () => {
  const cases: [what: string, windowMs: number | undefined, expectedMs: number][] = [
    ["idempotency.ttl", undefined, DAY],
    ["a source's own, shorter", 60_000, 60_000],
    ["a source's own, longer", 7 * DAY, 7 * DAY],
  ];
  for (const [what, windowMs, expectedMs] of cases) {
    for (const isRestarted of [false, true]) {
      it(`is ${what}: a duplicate 1 ms before its end, free at its end${isRestarted ? ", across a restart" : ""}`, async (t) => {
        const rig = await rigOf({ a: windowMs });
        t.after(rig.close);
        const first = await rig.send("a");
        assert.deepEqual([first.status, first.isDuplicate], [202, false]);
        await rig.settle();
        await rig.clock.advance(expectedMs - 1);
        if (isRestarted) await rig.restart();
        const late = await rig.send("a");
        assert.deepEqual([late.status, late.isDuplicate, late.id], [200, true, first.id]);
        assert.equal((await rig.send("a", 2)).status, 422);
        await rig.clock.advance(1);
        if (isRestarted) await rig.restart();
        const next = await rig.send("a", 2);
        assert.deepEqual([next.status, next.isDuplicate, next.id === first.id], [202, false, false]);
      });
    }
  }

  it("counts from the first receipt: a duplicate does not prolong it", async (t) => {
    const rig = await rigOf({ a: 1000 });
    t.after(rig.close);
    const first = await rig.send("a");
    await rig.clock.advance(999);
    assert.equal((await rig.send("a")).id, first.id);
    await rig.clock.advance(1);
    const second = await rig.send("a");
    assert.notEqual(second.id, first.id);
    await rig.clock.advance(999);
    assert.equal((await rig.send("a")).id, second.id);
  });

  it("is over although the first event still waits: the next one is an event of its own", async (t) => {
    const rig = await rigOf({ a: 1000 });
    t.after(rig.close);
    const first = await rig.send("a");
    await rig.clock.advance(1000);
    const second = await rig.send("a");
    assert.deepEqual([second.status, second.isDuplicate, second.id === first.id], [202, false, false]);
  });

  it("of one source says nothing about another's", async (t) => {
    const rig = await rigOf({ short: 1000, long: 5000 });
    t.after(rig.close);
    const [short, long] = [await rig.send("short"), await rig.send("long")];
    await rig.clock.advance(1000);
    assert.notEqual((await rig.send("short")).id, short.id);
    assert.equal((await rig.send("long")).id, long.id);
  });
});
