/** Many event types at one address, each to its handler: CONTRACT sections 5 to 7, on the shipped sources. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { SECRET } from "../support/daemon-process.ts";
import { runHookd } from "../support/run-hookd.ts";
import { shippedConfig, shippedProject, signed, startShipped, UUID_V7, without } from "../support/shipped-daemon.ts";
import { SignedSender } from "../support/signed-post.ts";

const handlerOf = (by: string, event: unknown) => `
import { defineHandler } from "hookd";
export default defineHandler({ event: ${JSON.stringify(event)}, run: () => ({ by: ${JSON.stringify(by)} }) });
`;

/** What stands beside the shipped handlers: the same types by wildcard, longer wildcard, list and name. */
const ROUTED = {
  "a-wildcard.ts": handlerOf("route.*", "route.*"),
  "b-longer-wildcard.ts": handlerOf("route.eu.*", "route.eu.*"),
  "c-list.ts": handlerOf("list", ["route.eu.listed", "elsewhere.listed"]),
  "d-exact.ts": handlerOf("exact", "route.eu.exact"),
};
const timestamp = "2024-05-01T12:00:00Z";

const sender = new SignedSender();
const daemon = await startShipped({
  handlers: ROUTED,
  sources: { ignoring: { ...shippedConfig().sources.receive, path: "/webhooks/ignoring", unknown: "ignore" } },
});

describe("events of many types at one address", () => {
  const post = (path: string, data: unknown, headers: Record<string, string> = {}) =>
    sender.send(`${daemon.publicUrl}/webhooks/${path}`, signed(data, headers));
  const postEvent = (event: object) => post("events", { timestamp, ...event });

  const six: [type: string, data: object, result: object][] = [
    ["user.created", { user_id: "u1", email: "a@example.com" }, { processed: true, user_id: "u1" }],
    ["user.updated", { user_id: "u1", name: "A" }, { processed: true, user_id: "u1", changed: ["name"] }],
    ["user.deleted", { user_id: "u1" }, { processed: true, user_id: "u1" }],
    ["order.placed", { order_id: "o1", total: 9.5 }, { processed: true, order_id: "o1" }],
    ["order.completed", { order_id: "o1" }, { processed: true, order_id: "o1" }],
    ["payment.received", { amount: 10, currency: "EUR" }, { processed: true, amount: 10, currency: "EUR" }],
  ];
  for (const [event_type, data, result] of six) {
    it(`${event_type} at /webhooks/events is answered with the result of its handler`, async () => {
      const { status, body } = await postEvent({ event_type, data });
      assert.equal(status, 200, JSON.stringify(body));
      const known = without(body, {
        event_id: UUID_V7,
        idempotency_key: /^[0-9a-f]{64}$/,
        processing_time_ms: /^\d+$/,
      });
      assert.deepEqual(known, { status: "processed", result });
      const shown = (await daemon.admin(`/events/${body.event_id}`)).body;
      assert.deepEqual([shown.event_type, shown.source, shown.state], [event_type, "events", "completed"]);
    });
  }

  it("the data that the handler is given is the body's data, and its schema names places from the body's root", async () => {
    const { status, body } = await postEvent({ event_type: "payment.received", data: { amount: "10", currency: 1 } });
    assert.deepEqual([status, body.code], [400, "schema_violation"]);
    assert.deepEqual(body.errors, [
      { path: "/data/amount", message: "must be number" },
      { path: "/data/currency", message: "must be string" },
    ]);
  });

  it("an event without timestamp and data, or with a timestamp that is not RFC 3339, is a 400 that names each place", async () => {
    const bare = await post("events", { event_type: "user.created" });
    assert.deepEqual([bare.status, bare.body.code], [400, "schema_violation"]);
    assert.deepEqual(bare.body.errors, [
      { path: "/timestamp", message: "is required" },
      { path: "/data", message: "is required" },
    ]);
    for (const wrong of ["yesterday", "2024-05-01 12:00:00", "2024-05-01", "2024-02-30T12:00:00Z", 1714564800]) {
      const { status, body } = await postEvent({ timestamp: wrong, event_type: "user.deleted", data: { user_id: 1 } });
      assert.deepEqual(
        [status, body.code, body.errors?.[0]?.path],
        [400, "schema_violation", "/timestamp"],
        `${wrong}`,
      );
    }
  });

  it("an event without any type is told all that its schema misses, the type among it", async () => {
    const { status, body } = await post("events", {});
    assert.deepEqual([status, body.code], [400, "schema_violation"]);
    assert.deepEqual(body.errors.map(({ path }: { path: string }) => path), ["/event_type", "/timestamp", "/data"]);
  });

  it("an unknown type is a 400 that names it, as a problem of RFC 9457", async () => {
    const { status, headers, body } = await postEvent({ event_type: "user.exploded", data: {} });
    assert.deepEqual([status, headers["content-type"]], [400, "application/problem+json"]);
    assert.deepEqual(body, {
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      detail: "Unknown event type: user.exploded",
      code: "unknown_event_type",
      error: "Unknown event type: user.exploded",
    });
  });

  for (
    const type of ["push", "users.created", "orders.placed", "demo.any", "route.eu.exact", "user", "user.created.x"]
  ) {
    it(`${type} is unknown at /webhooks/events, although a handler elsewhere may take it`, async () => {
      const { status, body } = await postEvent({ event_type: type, data: { user_id: "u1" } });
      assert.deepEqual([status, body.error], [400, `Unknown event type: ${type}`]);
    });
  }

  const routes: [type: string, by: string][] = [
    ["route.eu.exact", "exact"],
    ["route.eu.listed", "list"],
    ["elsewhere.listed", "list"],
    ["route.eu.other", "route.eu.*"],
    ["route.eu.exact.more", "route.eu.*"],
    ["route.us", "route.*"],
    ["route.eu", "route.*"],
  ];
  for (const [type, by] of routes) {
    it(`${type} goes to the most specific handler: ${by}`, async () => {
      const { status, body } = await post("receive", { type }, { "X-Event-Type": type });
      assert.deepEqual([status, body.result], [200, { by }]);
    });
  }

  it("`unknown: accept` stores what no handler takes, marked as skipped", async () => {
    const { status, body } = await post("receive", { a: 1 }, { "X-Event-Type": "nobody.takes" });
    assert.deepEqual([status, body.status, body.result], [200, "processed", { status: "skipped" }]);
    const shown = (await daemon.admin(`/events/${body.event_id}`)).body;
    assert.deepEqual([shown.state, shown.event_type, shown.body], ["completed", "nobody.takes", '{"a":1}']);
  });

  it("`unknown: ignore` says 204 without a body and stores nothing", async () => {
    const { status, headers, body } = await post("ignoring", { a: 1 }, { "X-Event-Type": "nobody.takes" });
    assert.deepEqual([status, body, headers["content-type"]], [204, undefined, undefined]);
    const taken = await post("ignoring", { a: 1 }, { "X-Event-Type": "demo.taken" });
    assert.equal(taken.status, 200);
    const { items } = (await daemon.admin("/events?source=ignoring")).body;
    assert.deepEqual(items.map((item: any) => item.event_id), [taken.body.event_id]);
  });
});

it("two handlers of one type, in whatever way they name it, stop the start, which names both files of every clash", async () => {
  const config = shippedProject({
    "z-second.ts": handlerOf("second", ["order.placed", "something.else", "users.deleted", "demo.*"]),
  });
  const ran = await runHookd(["serve", "--config", config], { cwd: dirname(config), env: { HOOKD_SECRET: SECRET } });
  assert.equal(ran.code, 2, ran.err);
  assert.match(ran.err, /ERR_HANDLER_INVALID/);
  const clashes: [type: string, owner: string][] = [
    ["order.placed", "order-placed.ts"],
    ["users.deleted", "users.ts"],
    ["demo.*", "demo.ts"],
  ];
  for (const [type, owner] of clashes) {
    assert.ok(ran.err.includes(`/z-second.ts:1: declares "${type}", which ${owner} declares too`), ran.err);
  }
});

it("the daemon has been there all the time", async () => {
  sender.close();
  await daemon.end();
});
