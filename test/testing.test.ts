import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { defineHandler, Rejected, RetryAfter, Type } from "../src/mod.ts";
import { createSender, runHandler } from "../src/testing.ts";

describe("runHandler", () => {
  it("runs the handler of the contract's example, and shows its result and what it logged", async () => {
    const handler = defineHandler({
      event: "order.placed",
      schema: Type.Object({ order_id: Type.String(), total: Type.Optional(Type.Number()) }),
      retry: { attempts: 5 },
      timeout: "10s",
      async run(event, context) {
        context.log.info("placing");
        return { processed: true, order_id: event.data.order_id };
      },
    });
    assert.deepEqual(await runHandler(handler, { order_id: "o1" }), {
      kind: "ok",
      result: { processed: true, order_id: "o1" },
      logs: [{ level: "info", message: "placing" }],
    });
  });

  it("gives the handler what a daemon would give it", async () => {
    const handler = defineHandler({
      event: ["order.*"],
      run({ rawBody, receivedAt, headers, ...event }, { attempt, source }) {
        const text = new TextDecoder().decode(rawBody);
        return {
          ...event,
          text,
          at: receivedAt.getTime(),
          type: event.type,
          kind: headers["content-type"],
          attempt,
          source,
        };
      },
    });
    const { kind, ...rest } = await runHandler(handler, { a: undefined, b: 1 }, {
      attempt: 3,
      source: "shop",
      orderingKey: "o",
      idempotencyKey: "k",
      receivedAt: new Date(5),
    });
    assert.equal(kind, "ok");
    assert.deepEqual("result" in rest && rest.result, {
      id: "00000000-0000-7000-8000-000000000000",
      source: "shop",
      type: "order.test",
      idempotencyKey: "k",
      orderingKey: "o",
      data: { b: 1 },
      text: '{"b":1}',
      at: 5,
      kind: "application/json",
      attempt: 3,
    });
  });

  it("gives text as text", async () => {
    const handler = defineHandler({ event: "*", run: ({ data, headers }) => [data, headers["content-type"]] });
    const ended = await runHandler(handler, '{"a":1}');
    assert.deepEqual(ended.kind === "ok" && ended.result, ['{"a":1}', "text/plain"]);
  });

  const endings: [string, () => unknown, Record<string, unknown>][] = [
    ["failed", () => Promise.reject(new TypeError("no")), { code: "TypeError", retryAfterMs: undefined }],
    ["failed", () => Promise.reject(new RetryAfter(50)), { code: "RetryAfter", retryAfterMs: 50 }],
    ["failed", () => new Promise(() => {}), { code: "ERR_TIMEOUT", retryAfterMs: undefined }],
    ["refused", () => Promise.reject(new Rejected("never")), { code: "Rejected", retryAfterMs: undefined }],
    ["refused", () => 1n, { code: "ERR_RESULT_INVALID", retryAfterMs: undefined }],
  ];
  for (const [kind, run, expected] of endings) {
    it(`tells that a handler ${kind} with ${expected.code}`, async () => {
      const ended = await runHandler(defineHandler({ event: "a", timeout: "20ms", run }), {});
      assert.equal(ended.kind, kind);
      assert.ok(ended.kind !== "ok");
      const retryAfterMs = ended.kind === "failed" ? ended.retryAfterMs : undefined;
      assert.deepEqual({ code: ended.failure.code, retryAfterMs }, expected);
    });
  }

  it("throws for data that the daemon would have answered with 400, and for a timeout that stops its start", async () => {
    const handler = defineHandler({ event: "a", schema: Type.Object({ id: Type.String() }), run() {} });
    await assert.rejects(runHandler(handler, { id: 5 } as never), {
      name: "TypeError",
      message: /does not meet the handler's schema: \/id must be string/,
    });
    await assert.rejects(runHandler(defineHandler({ event: "a", timeout: "soon", run() {} }), {}), /timeout is "soon"/);
  });
});

describe("createSender", () => {
  it("is there for tests of a whole project, and signs what it prepares", async () => {
    const sender = createSender({ url: "http://127.0.0.1:9/webhooks/events", secret: "a shared secret of a test" });
    const { headers, body } = sender.prepare({ type: "order.placed", data: { order_id: "o1" } });
    const signature = createHmac("sha256", "a shared secret of a test").update(body).digest("hex");
    assert.equal(headers["x-webhook-signature"], `sha256=${signature}`);
    await sender.close();
  });
});
