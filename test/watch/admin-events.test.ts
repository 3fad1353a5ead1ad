import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import type { EventRecord } from "../../src/model.ts";
import type { EventFilter } from "../../src/ports.ts";
import type { AdminOptions } from "../../src/watch/admin.ts";
import { aStoredEvent } from "../support/an-event.ts";
import { aRecord, openAdmin } from "./fake-admin.ts";

/** An archive that gives `records` in pages as long as it is asked for, and keeps what it was asked. */
function archiveOf(records: readonly EventRecord[]) {
  const asked: EventFilter[] = [];
  const archive: AdminOptions["archive"] = {
    async list(filter) {
      asked.push(filter);
      const from = Number(filter.cursor ?? 0);
      const end = from + filter.limit;
      return { items: records.slice(from, end), ...(end < records.length ? { next: String(end) } : {}) };
    },
    replay: async () => undefined,
    mailboxes: async () => [],
    hold: async () => true,
  };
  return { archive, asked };
}

test("a listing shows each event with exactly the fields of the contract, and its state", async () => {
  const failure = { code: "E_STOCK", message: "no stock" };
  const records: EventRecord[] = [
    aRecord({
      event: aStoredEvent({ id: "018bcfe5-6800-7000-8000-000000000001", receivedAt: 1_700_000_000_000 }),
      state: "completed",
      settledAt: 1_700_000_001_500,
      attempts: [
        { attempt: 1, startedAt: 1_700_000_000_100, durationMs: 40, outcome: "failed", failure },
        { attempt: 2, startedAt: 1_700_000_001_400, durationMs: 12.5, outcome: "ok" },
      ],
    }),
    aRecord({
      event: aStoredEvent({ id: "018bcfe5-6800-7000-8000-000000000002", receivedAt: 1_700_000_000_000 }),
      state: "dead",
      failure,
      settledAt: 1_700_000_000_200,
      attempts: [{ attempt: 1, startedAt: 1_700_000_000_100, durationMs: 7, outcome: "refused", failure }],
    }),
    aRecord({ event: aStoredEvent({ id: "018bcfe5-6800-7000-8000-000000000003", receivedAt: 1_700_000_000_000 }) }),
  ];
  const { ask } = await openAdmin({ archive: archiveOf(records).archive });
  const { status, json } = await ask({ path: "/events" });
  assert.equal(status, 200);
  const same = { event_type: "order.placed", source: "events", received_at: "2023-11-14T22:13:20.000Z" };
  assert.deepEqual(json, {
    items: [
      {
        event_id: "018bcfe5-6800-7000-8000-000000000001",
        ...same,
        state: "completed",
        processed_at: "2023-11-14T22:13:21.500Z",
        success: true,
        error_message: null,
        attempts: 2,
        duration_ms: 12.5,
      },
      {
        event_id: "018bcfe5-6800-7000-8000-000000000002",
        ...same,
        state: "dead",
        processed_at: "2023-11-14T22:13:20.200Z",
        success: false,
        error_message: "no stock",
        attempts: 1,
        duration_ms: 7,
      },
      {
        event_id: "018bcfe5-6800-7000-8000-000000000003",
        ...same,
        state: "available",
        processed_at: null,
        success: null,
        error_message: null,
        attempts: 0,
        duration_ms: null,
      },
    ],
    next: null,
  });
});

test("filters reach the archive, moments as milliseconds and empty ones not at all", async () => {
  const { archive, asked } = archiveOf([]);
  const { ask } = await openAdmin({ archive });
  const full =
    "state=dead&type=order.placed&source=events&since=2023-11-14T22:13:20Z&until=1700000001000&cursor=7&limit=5";
  assert.equal((await ask({ path: `/events?${full}` })).status, 200);
  assert.equal((await ask({ path: "/events?state=&type=&source=&since=&until=&cursor=&limit=" })).status, 200);
  assert.deepEqual(asked, [
    {
      state: "dead",
      type: "order.placed",
      source: "events",
      since: 1_700_000_000_000,
      until: 1_700_000_001_000,
      cursor: "7",
      limit: 5,
    },
    { limit: 50 },
  ]);
});

test("bad filters are a 400 that lists all of them", async () => {
  const { ask } = await openAdmin();
  const { status, json } = await ask({ path: "/events?state=lost&limit=0&since=yesterday&sourc=events" });
  assert.deepEqual([status, json.code], [400, "invalid_query"]);
  assert.deepEqual(json.errors.map(({ path }: { path: string }) => path).sort(), ["limit", "since", "sourc", "state"]);
});

test("a long page is gathered in slices of 50 records, and its next leads on to the rest", async () => {
  const { archive, asked } = archiveOf(Array.from({ length: 130 }, () => aRecord()));
  const { ask } = await openAdmin({ archive });
  const first = await ask({ path: "/events?limit=120" });
  assert.equal(first.json.items.length, 120);
  assert.deepEqual(asked.map(({ limit }) => limit), [50, 50, 20]);
  const second = await ask({ path: `/events?limit=120&cursor=${first.json.next}` });
  assert.deepEqual([second.json.items.length, second.json.next], [10, null]);
});

test("an archive that finds little is asked a bounded number of times, and the next goes on", async () => {
  let pages = 0;
  const { archive } = archiveOf([]);
  const { ask } = await openAdmin({
    archive: { ...archive, list: async () => ({ items: [], next: String(++pages) }) },
  });
  const { json } = await ask({ path: "/events?limit=100" });
  assert.deepEqual([pages, json], [2, { items: [], next: "2" }]);
});

test("an event is shown with its headers in order, its exact bytes and every attempt", async () => {
  const failure = { code: "E_STOCK", message: "no stock", stack: "at /secret/place" };
  const record = aRecord({
    event: aStoredEvent({
      headers: ["X-B", "1", "X-A", "2", "x-b", "3"],
      body: Buffer.from('{"big":12345678901234567890, "q":"\\u00e9é"}'),
      key: "k-1",
      orderingKey: "user 1",
      sourceIp: "203.0.113.7",
      replayOf: "018bcfe5-6800-7000-8000-0000000000aa",
      receivedAt: 1_700_000_000_000,
    }),
    state: "retryable",
    generation: 1,
    failure,
    nextAttemptAt: 1_700_000_005_000,
    attempts: [
      {
        attempt: 1,
        startedAt: 1_700_000_000_100,
        durationMs: 40,
        outcome: "failed",
        failure,
        nextAttemptAt: 1_700_000_005_000,
      },
    ],
  });
  const { ask } = await openAdmin({ store: { find: async (id) => id === record.event.id ? record : undefined } });
  const { status, json } = await ask({ path: `/events/${record.event.id}` });
  assert.equal(status, 200);
  assert.deepEqual(json, {
    event_id: record.event.id,
    event_type: "order.placed",
    source: "events",
    state: "retryable",
    received_at: "2023-11-14T22:13:20.000Z",
    processed_at: null,
    success: null,
    error_message: "no stock",
    attempts: [{
      attempt: 1,
      started_at: "2023-11-14T22:13:20.100Z",
      duration_ms: 40,
      outcome: "failed",
      error: { code: "E_STOCK", message: "no stock" },
      next_attempt_at: "2023-11-14T22:13:25.000Z",
    }],
    duration_ms: 40,
    idempotency_key: "k-1",
    ordering_key: "user 1",
    source_ip: "203.0.113.7",
    replay_of: "018bcfe5-6800-7000-8000-0000000000aa",
    generation: 1,
    headers: [["X-B", "1"], ["X-A", "2"], ["x-b", "3"]],
    body: '{"big":12345678901234567890, "q":"\\u00e9é"}',
    body_base64: Buffer.from(record.event.body).toString("base64"),
    next_attempt_at: "2023-11-14T22:13:25.000Z",
    error: { code: "E_STOCK", message: "no stock" },
    result: null,
  });
});

test("a canary in any credential header is nowhere in an answer", async () => {
  const canary = "canary-5f1c";
  const headers = [
    ["Authorization", `Bearer ${canary}`],
    ["Cookie", `sid=${canary}`],
    ["X-Webhook-Signature", `sha256=${canary}`],
    ["X-Gitlab-Token", canary],
    ["X-Plain", `it is ${canary}`],
  ].flat();
  const record = aRecord({ event: aStoredEvent({ headers }) });
  const { ask } = await openAdmin({
    store: { find: async () => record },
    config: () => ({
      admin: { token: undefined, hosts: [] },
      sources: [{ name: "events", secrets: [canary], params: {} }],
    }),
  });
  const { text, json } = await ask({ path: `/events/${record.event.id}` });
  assert.ok(!text.includes(canary));
  assert.deepEqual(json.headers.map(([name]: string[]) => name), headers.filter((_, index) => index % 2 === 0));
});

test("an event that is not there, or an id that is none, is a 404 that never reaches the store", async () => {
  const looked: string[] = [];
  const { ask } = await openAdmin({ store: { find: async (id) => void looked.push(id) } });
  const missing = "018bcfe5-6800-7000-8000-00000000dead";
  for (const id of [missing, "nothing", "..%2Fetc", "018bcfe5-6800-7000-8000-00000000dead%00", "__proto__"]) {
    const { status, json } = await ask({ path: `/events/${id}` });
    assert.deepEqual([status, json.code, json.error], [404, "event_not_found", "Event not found"], id);
  }
  assert.deepEqual(looked, [missing]);
});

test("a replay is a 202 that links both events, and is told as accepted", async () => {
  const first = "018bcfe5-6800-7000-8000-000000000001";
  const event = aStoredEvent({ replayOf: first });
  const { archive } = archiveOf([]);
  const { ask, signals } = await openAdmin({
    archive: { ...archive, replay: async (id) => id === first ? event : undefined },
  });
  const { status, json, headers } = await ask({ method: "POST", path: `/events/${first}/replay` });
  assert.deepEqual([status, json], [202, { event_id: event.id, replay_of: first }]);
  assert.equal(headers.location, `/events/${event.id}`);
  assert.deepEqual(signals, [
    { kind: "admin-acted", action: "replay", target: first, sourceIp: "127.0.0.1" },
    { kind: "accepted", event },
  ]);
  const missing = await ask({ method: "POST", path: `/events/${event.id}/replay` });
  assert.deepEqual([missing.status, missing.json.code, signals.length], [404, "event_not_found", 2]);
});

test("a replay takes no body but an empty object", async () => {
  const { ask } = await openAdmin();
  const { status, json } = await ask({
    method: "POST",
    path: "/events/018bcfe5-6800-7000-8000-000000000001/replay",
    headers: ["Content-Type", "application/json"],
    body: '{"at":"noon"}',
  });
  assert.deepEqual([status, json.errors], [400, [{ path: "at", message: "is not known here; known: none" }]]);
});
