import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdminOptions } from "../../src/watch/admin.ts";
import { openAdmin } from "./fake-admin.ts";

function archiveWith(over: Partial<AdminOptions["archive"]>): AdminOptions["archive"] {
  return {
    list: async () => ({ items: [] }),
    replay: async () => undefined,
    mailboxes: async () => [],
    hold: async () => true,
    ...over,
  };
}

test("mailboxes are listed with their key, state and how many wait", async () => {
  const limits: number[] = [];
  const archive = archiveWith({
    async mailboxes(limit) {
      limits.push(limit);
      return [{ key: "events:user 1", source: "events", orderingKey: "user 1", state: "parked", waiting: 3 }];
    },
  });
  const { ask } = await openAdmin({ archive });
  const { status, json } = await ask({ path: "/mailboxes" });
  assert.equal(status, 200);
  assert.deepEqual(json, {
    items: [{ key: "events:user 1", source: "events", ordering_key: "user 1", state: "parked", waiting: 3 }],
  });
  assert.equal((await ask({ path: "/mailboxes?limit=7" })).status, 200);
  assert.equal((await ask({ path: "/mailboxes?limit=1001" })).status, 400);
  assert.deepEqual(limits, [100, 7]);
});

test("a key is paused and resumed as it was percent-encoded, whatever is in it", async () => {
  const held: unknown[] = [];
  const archive = archiveWith({ hold: async (...call) => held.push(call) > 0 });
  const { ask, signals } = await openAdmin({ archive });
  const key = "events:a/b?c#d%2F e:é";
  const path = `/mailboxes/${encodeURIComponent(key)}`;
  assert.deepEqual((await ask({ method: "POST", path: `${path}/pause` })).json, { key, held: true });
  assert.deepEqual((await ask({ method: "POST", path: `${path}/resume` })).json, { key, held: false });
  assert.deepEqual(held, [[key, "paused"], [key, undefined]]);
  assert.deepEqual(signals.map((signal) => signal.kind === "admin-acted" && [signal.action, signal.target]), [
    ["pause", key],
    ["resume", key],
  ]);
});

test("a malformed key is a 400, a source that is not configured a 404 when pausing, and nothing is told", async () => {
  const archive = archiveWith({ hold: async (key) => key.indexOf(":") > 0 });
  const { ask, signals } = await openAdmin({ archive });
  for (
    const [path, status, code] of [
      ["/mailboxes/events/pause", 400, "invalid_mailbox_key"],
      ["/mailboxes/%3Aevents/resume", 400, "invalid_mailbox_key"],
      ["/mailboxes/evnets%3A1/pause", 404, "source_not_found"],
    ] as const
  ) {
    const told = await ask({ method: "POST", path });
    assert.deepEqual([told.status, told.json.code], [status, code], path);
  }
  assert.deepEqual(signals, []);
});

test("a mailbox whose source was taken out of the config can still be resumed", async () => {
  const { ask } = await openAdmin();
  assert.equal((await ask({ method: "POST", path: "/mailboxes/gone%3A1/resume" })).status, 200);
});
