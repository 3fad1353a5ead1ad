import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { discoverHandlers } from "../../src/execute/discover-handlers.ts";
import { isHandler } from "../../src/handler.ts";
import { runHandler } from "../../src/testing.ts";

const DIR = fileURLToPath(new URL("../../workers/handlers", import.meta.url));
const require = createRequire(import.meta.url);
const examples = require("@octokit/webhooks-examples") as { name: string; examples: any[] }[];
const found = await discoverHandlers(DIR);

const run = async (type: string, data: unknown) => {
  assert.ok(found.kind === "ok", JSON.stringify(found));
  const entry = found.table.match(type);
  assert.ok(entry, `no handler for ${type}`);
  const module = await import(pathToFileURL(join(DIR, entry.fileName)).href) as { default: unknown };
  assert.ok(isHandler(module.default));
  return runHandler(module.default, data, { type });
};

describe("the shipped handlers", () => {
  const results: [type: string, data: unknown, result: unknown][] = [
    ["user.created", { user_id: "u1", email: "a@example.com" }, { processed: true, user_id: "u1" }],
    ["user.updated", { user_id: "u1", email: "b@example.com" }, { processed: true, user_id: "u1", changed: ["email"] }],
    ["user.deleted", { user_id: 7 }, { processed: true, user_id: 7 }],
    ["order.placed", { order_id: "o1", total: 9.5 }, { processed: true, order_id: "o1" }],
    ["order.completed", { order_id: "o1" }, { processed: true, order_id: "o1" }],
    ["payment.received", { amount: 10, currency: "EUR" }, { processed: true, amount: 10, currency: "EUR" }],
    ["payment.received", { amount: 10 }, { processed: true, amount: 10, currency: "USD" }],
    ["users.created", { action: "created", user_id: "u1" }, { status: "user_created" }],
    ["users.updated", { action: "updated", user_id: "u1", metadata: { a: 1 } }, { status: "user_updated" }],
    ["users.deleted", { action: "deleted", user_id: "u1" }, { status: "user_deleted" }],
    ["orders.placed", { action: "placed", order_id: "o1", items: [], total: 0 }, {
      status: "order_placed",
      order_id: "o1",
    }],
    ["orders.shipped", { action: "shipped", order_id: "o1" }, { status: "order_shipped", order_id: "o1" }],
    ["orders.delivered", { action: "delivered", order_id: "o1" }, { status: "order_delivered", order_id: "o1" }],
    ["orders.cancelled", { action: "cancelled", order_id: "o1" }, { status: "order_cancelled", order_id: "o1" }],
    ["demo.ack", { a: 1 }, { received: "demo.ack", attempt: 1, bytes: 7 }],
    ["demo.text", "plain", { received: "demo.text", attempt: 1, bytes: 5 }],
    ["ping", { zen: "Keep it logically awesome." }, { pong: "Keep it logically awesome." }],
  ];
  for (const [type, data, result] of results) {
    it(`answer ${type} with ${JSON.stringify(result)}`, async () => {
      const { logs: _logs, ...ended } = await run(type, data);
      assert.deepEqual(ended, { kind: "ok", result });
    });
  }

  it("show failure, and refusal", async () => {
    const fails = await run("demo.queue", { fail: "as asked" });
    assert.equal(fails.kind === "failed" && fails.failure.message, "as asked");
    const refused = await run("payment.received", { amount: -1 });
    assert.equal(refused.kind === "refused" && refused.failure.code, "Rejected");
  });

  it("take GitHub's own example of every push", async () => {
    const hooks = examples.find(({ name }) => name === "push");
    assert.ok(hooks && hooks.examples.length > 0);
    for (const event of hooks.examples) {
      const ended = await run("push", event);
      assert.deepEqual(ended.kind === "ok" && ended.result, {
        repository: event.repository.full_name,
        ref: event.ref,
        after: event.after,
        commits: event.commits.length,
      });
    }
  });
});
