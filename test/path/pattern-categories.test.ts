/** One address for each category of events: `/webhooks/users` and `/webhooks/orders` of CONTRACT section 6. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { signed, startShipped, UUID_V7, without } from "../support/shipped-daemon.ts";
import { SignedSender } from "../support/signed-post.ts";

const sender = new SignedSender();
const daemon = await startShipped();
const post = (path: string, data: unknown) => sender.send(`${daemon.publicUrl}/webhooks/${path}`, signed(data));

const ACTIONS: [path: string, data: object, result: object][] = [
  ["users", { action: "created", user_id: "u1", email: "a@example.com" }, { status: "user_created" }],
  ["users", { action: "updated", user_id: "u1", metadata: { plan: "pro", tags: [1] } }, { status: "user_updated" }],
  ["users", { action: "deleted", user_id: "u1" }, { status: "user_deleted" }],
  ["orders", { action: "placed", order_id: "o1", items: [{ sku: "a" }], total: 9.5 }, { status: "order_placed" }],
  ["orders", { action: "shipped", order_id: "o1" }, { status: "order_shipped" }],
  ["orders", { action: "delivered", order_id: "o1", items: [] }, { status: "order_delivered" }],
  ["orders", { action: "cancelled", order_id: "o1", total: 0 }, { status: "order_cancelled" }],
];

describe("an action of a category", () => {
  for (const [path, data, result] of ACTIONS) {
    const { action } = data as { action: string };
    it(`${action} at /webhooks/${path} goes to the handler ${path}.${action}, whose result is the answer`, async () => {
      const { status, body } = await post(path, data);
      assert.equal(status, 200, JSON.stringify(body));
      const { result: given, ...known } = without(body, {
        event_id: UUID_V7,
        idempotency_key: /^[0-9a-f]{64}$/,
        processing_time_ms: /^\d+$/,
      });
      assert.deepEqual(known, { status: "processed" });
      assert.deepEqual(given, path === "orders" ? { ...result, order_id: "o1" } : result);
      const shown = (await daemon.admin(`/events/${body.event_id}`)).body;
      const orderedBy = path === "orders" ? "o1" : "u1";
      assert.deepEqual([shown.event_type, shown.ordering_key], [`${path}.${action}`, orderedBy]);
    });
  }
});

const FAULTY: [what: string, path: string, data: unknown, errors: [path: string, message: RegExp][]][] = [
  ["fields of other types", "users", { action: "created", user_id: 7, email: ["a"], metadata: "none" }, [
    ["/user_id", /^must be string$/],
    ["/email", /^must be string$/],
    ["/metadata", /^must be object$/],
  ]],
  ["an empty user_id", "users", { action: "deleted", user_id: "" }, [["/user_id", /\S/]]],
  ["a body without action and user_id", "users", { email: "a@example.com" }, [
    ["/action", /^is required$/],
    ["/user_id", /^is required$/],
  ]],
  ["an action that is no text", "users", { action: ["created"] }, [
    ["/action", /^must be one of "created", "updated", "deleted"$/],
    ["/user_id", /^is required$/],
  ]],
  ["fields of other types", "orders", { action: "placed", order_id: 1, items: {}, total: "9.5" }, [
    ["/order_id", /^must be string$/],
    ["/items", /^must be array$/],
    ["/total", /^must be number$/],
  ]],
  ["a body without order_id", "orders", { action: "shipped" }, [["/order_id", /^is required$/]]],
  ["a body that is no object", "orders", ["placed"], [["", /^must be object$/]]],
];

describe("an event that its category does not allow", () => {
  for (const [what, path, data, errors] of FAULTY) {
    it(`for ${what} at /webhooks/${path} is a 400 with every place at once, and is not stored`, async () => {
      const before = (await daemon.admin(`/events?source=${path}`)).body.items.length;
      const { status, headers, body } = await post(path, data);
      assert.deepEqual([status, body.code], [400, "schema_violation"], JSON.stringify(body));
      assert.equal(headers["content-type"], "application/problem+json");
      assert.deepEqual(body.errors.map((error: any) => error.path).sort(), errors.map(([place]) => place).sort());
      for (const [place, message] of errors) {
        const error = body.errors.find((error: any) => error.path === place);
        assert.deepEqual(Object.keys(error), ["path", "message"]);
        assert.match(error.message, message);
      }
      assert.equal((await daemon.admin(`/events?source=${path}`)).body.items.length, before);
    });
  }

  it("for an unknown action is told its type, and what else is wrong with it", async () => {
    const { status, body } = await post("orders", { action: "exploded", total: "much" });
    assert.deepEqual([status, body.code, body.error], [
      400,
      "unknown_event_type",
      "Unknown event type: orders.exploded",
    ]);
    assert.deepEqual(body.errors.map(({ path }: { path: string }) => path).sort(), ["/action", "/order_id", "/total"]);
  });

  it("for a body that is no JSON is a 400 of its own", async () => {
    const { status, body } = await sender.send(
      `${daemon.publicUrl}/webhooks/users`,
      signed(Buffer.from('{"action":"created",')),
    );
    assert.deepEqual([status, body.code], [400, "malformed_json"]);
  });
});

it("the daemon has been there all the time", async () => {
  sender.close();
  await daemon.end();
});
