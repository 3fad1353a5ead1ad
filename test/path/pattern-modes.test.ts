/** The six ways to answer of CONTRACT section 3: every body, whole, and the headers that belong to it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ISO,
  openGate,
  shippedConfig,
  signed,
  startShipped,
  statusOf,
  UUID_V7,
  without,
} from "../support/shipped-daemon.ts";
import { type Answer, SignedSender } from "../support/signed-post.ts";

const shippedSources = shippedConfig().sources;
const sender = new SignedSender();
const daemon = await startShipped({
  sources: { hurried: { ...shippedSources.sync, path: "/webhooks/hurried", sync_deadline: "50ms" } },
});

interface Sending {
  type: string;
  key: string;
  data?: object;
  headers?: Record<string, string>;
}

const send = (path: string, { type, key, data = {}, headers = {} }: Sending) =>
  sender.send(
    `${daemon.publicUrl}/webhooks/${path}`,
    signed(data, { "X-Event-Type": type, "Idempotency-Key": key, ...headers }),
  );

/** Resolves when the handler has begun to run the event with this key. */
const running = (key: string) =>
  daemon.until(`the run of ${key}`, () => daemon.effects().find((effect) => effect.key === key));

const shown = (id: string) => daemon.admin(`/events/${id}`).then(({ body }) => body);
const letterOf = (id: string) =>
  daemon.admin(`/dlq/${id}`).then(({ status, body }) => status === 200 ? body : undefined);

function isJson({ headers }: Answer): void {
  assert.equal(headers["content-type"], "application/json");
}

const message = "Webhook received, processing asynchronously";
const alreadyProcessed = (id: string, key: string) => ({
  status: "already_processed",
  idempotency_key: key,
  event_id: id,
});

describe("a mode that answers at once", () => {
  const modes: [mode: string, path: string, body: (id: string) => Record<string, unknown>][] = [
    ["queue", "async", (id) => ({ status: "queued", event_id: id, queue_position: 0 })],
    ["task", "tasks", (id) => ({ status: "queued", task_id: id })],
    ["ack", "ack", (id) => ({ status: "acknowledged", event_id: id, message })],
    ["status", "with-status", (id) => ({ status: "queued", event_id: id, status_url: `/webhooks/status/${id}` })],
  ];
  for (const [mode, path, bodyOf] of modes) {
    it(`${mode}: 202, the same 202 with "duplicate" for a copy, 200 once it is processed`, async () => {
      const event = { type: "gated.waits", key: mode, data: { gate: mode } };
      await daemon.settled(10_000);
      const first = await send(path, event);
      const id: string = first.body.event_id ?? first.body.task_id;
      assert.match(id, UUID_V7);
      assert.deepEqual([first.status, first.body], [202, bodyOf(id)]);
      isJson(first);
      assert.equal(first.headers.location, mode === "status" ? `/webhooks/status/${id}` : undefined);

      const copy = await send(path, event);
      const { queue_position: _, ...own } = bodyOf(id);
      assert.deepEqual([copy.status, copy.body], [202, { ...own, duplicate: true }]);
      assert.equal(copy.headers.location, first.headers.location);
      isJson(copy);

      openGate(daemon, mode);
      assert.equal((await statusOf(daemon, id)).body.status, "processed");
      const late = await send(path, event);
      assert.deepEqual([late.status, late.body], [200, alreadyProcessed(id, mode)]);
      isJson(late);
      assert.equal(daemon.effects().filter(({ key }) => key === mode).length, 1);
    });

    it(`${mode}: a failure for good is a dead letter, and the copy that comes then is told that it was settled`, async () => {
      const event = { type: "gated.refuses", key: `${mode} fails`, data: { fail: "no such account" } };
      const { body } = await send(path, event);
      const id: string = body.event_id ?? body.task_id;
      const { status, error } = (await statusOf(daemon, id)).body;
      assert.deepEqual([status, error], ["dead", "no such account"]);
      assert.equal((await letterOf(id)).error, "no such account");
      const late = await send(path, event);
      assert.deepEqual([late.status, late.body], [200, alreadyProcessed(id, event.key)]);
    });
  }
});

describe("mode sync", () => {
  it("answers with the result; a copy waits for it and gets it; a late copy gets it from the store", async () => {
    const event = { type: "gated.waits", key: "sync", data: { gate: "sync" } };
    const first = send("sync", event);
    await running("sync");
    const copy = send("sync", event);
    await daemon.logged((line) => line.action === "webhook_duplicate" && line.source === "sync");
    openGate(daemon, "sync");
    const [one, two] = [await first, await copy];
    const id: string = one.body.event_id;
    const body = {
      status: "processed",
      event_id: id,
      idempotency_key: "sync",
      result: { done: "gated.waits", attempt: 1 },
    };
    const ms = { processing_time_ms: /^\d+$/ };
    assert.deepEqual([one.status, without(one.body, ms)], [200, body]);
    assert.deepEqual([two.status, without(two.body, ms)], [200, { ...body, duplicate: true }]);
    isJson(one);
    const late = await send("sync", event);
    assert.deepEqual([late.status, late.body], [200, { ...alreadyProcessed(id, "sync"), result: body.result }]);
    isJson(late);
    assert.equal(daemon.effects().filter(({ key }) => key === "sync").length, 1);
  });

  it("answers 500 when the handler failed for good: recorded, no dead letter, and the key is free", async () => {
    const event = { type: "gated.closed-fails", key: "sync fails", data: { gate: "mended", fail: "down for a while" } };
    const first = await send("sync", event);
    const id: string = first.body.event_id;
    assert.match(id, UUID_V7);
    assert.deepEqual([first.status, first.body], [500, { status: "failed", error: "down for a while", event_id: id }]);
    isJson(first);
    const record = await shown(id);
    assert.deepEqual([record.state, record.success, record.attempts.length], ["dead", false, 2]);
    assert.equal(await letterOf(id), undefined);

    openGate(daemon, "mended");
    const again = await send("sync", event);
    assert.deepEqual([again.status, again.body.status], [200, "processed"]);
    assert.notEqual(again.body.event_id, id);
  });

  it("answers 500 at once to what the handler rejects, after one attempt and without a dead letter", async () => {
    const { status, body } = await sender.send(
      `${daemon.publicUrl}/webhooks/events`,
      signed({ event_type: "payment.received", timestamp: "2024-05-01T12:00:00Z", data: { amount: -1 } }),
    );
    assert.deepEqual([status, without(body, { event_id: UUID_V7 })], [500, {
      status: "failed",
      error: "The amount is negative: -1",
    }]);
    assert.equal((await shown(body.event_id)).attempts.length, 1);
    assert.equal(await letterOf(body.event_id), undefined);
  });

  it("answers 202 as mode status does when sync_deadline passes, and the work goes on", async () => {
    const event = { type: "gated.waits", key: "hurried", data: { gate: "hurried" } };
    const { status, headers, body } = await send("hurried", event);
    const id: string = body.event_id;
    const url = `/webhooks/status/${id}`;
    assert.deepEqual([status, body], [202, { status: "queued", event_id: id, status_url: url }]);
    assert.deepEqual([headers.location, headers["content-type"]], [url, "application/json"]);
    assert.equal((await statusOf(daemon, id, "")).body.status, "processing");
    openGate(daemon, "hurried");
    const late = await statusOf(daemon, id);
    assert.deepEqual([late.body.status, late.body.result], ["processed", { done: "gated.waits", attempt: 1 }]);
    assert.deepEqual((await send("hurried", event)).body, {
      ...alreadyProcessed(id, "hurried"),
      result: late.body.result,
    });
  });

  it("makes a dead letter of what fails after its sender was sent away: nobody else would hear of it", async () => {
    const { status, body } = await send("hurried", {
      type: "gated.fails",
      key: "hurried fails",
      data: { gate: "late failure", fail: "too late" },
    });
    assert.equal(status, 202);
    openGate(daemon, "late failure");
    assert.equal((await statusOf(daemon, body.event_id)).body.status, "dead");
    assert.equal((await letterOf(body.event_id)).error, "too late");
  });
});

describe("mode sender-retry", () => {
  const path = "receive-with-dlq";
  const failing = (key: string, headers: Record<string, string> = {}) =>
    send(path, { type: "demo.charge", key, data: { fail: "card declined" }, headers });

  it("answers a success with the result, to a copy that waits too, and a late copy as settled", async () => {
    const event = { type: "gated.waits", key: "sender", data: { gate: "sender" } };
    const first = send(path, event);
    const { id } = await running("sender");
    const copy = send(path, event);
    await daemon.logged((line) => line.action === "webhook_duplicate" && line.source === path);
    openGate(daemon, "sender");
    const [one, two] = [await first, await copy];
    const body = { status: "processed", result: { done: "gated.waits", attempt: 1 } };
    assert.deepEqual([one.status, one.body], [200, body]);
    assert.deepEqual([two.status, two.body], [200, { ...body, duplicate: true }]);
    isJson(one);
    const late = await send(path, event);
    assert.deepEqual([late.status, late.body], [200, alreadyProcessed(id, "sender")]);
  });

  it("asks the sender to come again while it has attempts left, and says 200 with a dead letter at the last", async () => {
    const tries: [headers: Record<string, string>, attempt: number, retryAfter: string][] = [
      [{}, 1, "1"],
      [{ "X-Retry-Count": "1" }, 2, "2"],
    ];
    for (const [headers, attempt, retryAfter] of tries) {
      const answer = await failing("charge", headers);
      assert.deepEqual([answer.status, answer.body], [503, {
        status: "temporary_failure",
        error: "card declined",
        attempt,
      }]);
      assert.equal(answer.headers["retry-after"], retryAfter);
      isJson(answer);
    }
    assert.equal((await daemon.admin(`/dlq?source=${path}`)).body.items.length, 0);
    const last = await failing("charge", { "X-Retry-Count": "2" });
    assert.deepEqual([last.status, last.body], [200, { status: "failed", error: "card declined", sent_to_dlq: true }]);
    assert.equal(last.headers["retry-after"], undefined);
    isJson(last);

    const { items } = (await daemon.admin(`/dlq?source=${path}`)).body;
    assert.deepEqual(items.map((letter: any) => [letter.error, letter.attempts, letter.event.key]), [
      ["card declined", 3, "charge"],
    ]);
    const late = await failing("charge", { "X-Retry-Count": "3" });
    assert.deepEqual([late.status, late.body], [200, alreadyProcessed(items[0].event.id, "charge")]);
  });

  it("asks the sender to come again when the handler says so", async () => {
    const answer = await send(path, { type: "gated.later", key: "later", data: { afterMs: 90_000, fail: "not now" } });
    assert.deepEqual([answer.status, answer.body], [503, {
      status: "temporary_failure",
      error: "not now",
      attempt: 1,
    }]);
    assert.equal(answer.headers["retry-after"], "90");
  });

  it("makes a dead letter at once of what the handler rejects", async () => {
    const { status, body } = await send(path, { type: "payment.received", key: "refund", data: { amount: -5 } });
    assert.deepEqual([status, body], [200, {
      status: "failed",
      error: "The amount is negative: -5",
      sent_to_dlq: true,
    }]);
  });

  const counts: [count: string, attempt: number | "last"][] = [["0", 1], ["00", 1], ["1", 2], ["2", "last"], [
    "1000",
    "last",
  ]];
  for (const [count, attempt] of counts) {
    it(`X-Retry-Count ${count} is ${attempt === "last" ? "past the last attempt" : `attempt ${attempt}`}`, async () => {
      const { status, body } = await failing(`count ${count}`, { "X-Retry-Count": count });
      assert.deepEqual([status, body.attempt], attempt === "last" ? [200, undefined] : [503, attempt]);
    });
  }

  for (const count of ["", "two", "-1", "+1", "1.5", "1e2", "0x1", "1, 1", "1001", "9".repeat(400)]) {
    it(`X-Retry-Count "${count.slice(0, 8)}" is refused, not taken for 0`, async () => {
      const { status, body } = await failing(`bad ${count.slice(0, 8)}`, { "X-Retry-Count": count });
      assert.deepEqual([status, body.code], [400, "invalid_retry_count"]);
    });
  }

  it("X-Retry-Count that is sent twice is refused", async () => {
    const { status, body } = await failing("twice", { "X-Retry-Count": ["1", "1"] as unknown as string });
    assert.deepEqual([status, body.code], [400, "invalid_retry_count"]);
  });
});

describe("the place in the queue, and GET /webhooks/status/{event_id}", () => {
  /** As the shipped pool has it: threads times attempts that each runs at once. */
  const SLOTS = 32;

  it("queue_position counts what is before an event; its status goes from queued over processing to processed", async () => {
    await daemon.settled(10_000);
    const ids: string[] = [];
    for (let position = 0; position < SLOTS + 3; position++) {
      const { body } = await send("async", { type: "gated.waits", key: `place ${position}`, data: { gate: "places" } });
      assert.equal(body.queue_position, position);
      ids.push(body.event_id);
    }
    await daemon.until(
      "a run in every slot",
      () => daemon.effects().filter(({ key }) => key.startsWith("place ")).length === SLOTS || undefined,
    );
    const [first, last] = [ids[0]!, ids.at(-1)!];
    const common = (id: string, status: string) => ({ event_id: id, event_type: "gated.waits", status, attempts: 0 });
    const queued = await statusOf(daemon, last, "");
    assert.deepEqual([queued.status, without(queued.body, { received_at: ISO })], [200, common(last, "queued")]);
    assert.deepEqual([queued.headers.get("content-type"), queued.headers.get("cache-control")], [
      "application/json",
      "no-store",
    ]);
    const processing = await statusOf(daemon, first, "");
    assert.deepEqual(without(processing.body, { received_at: ISO }), common(first, "processing"));
    assert.deepEqual(await statusOf(daemon, first, "?wait=1ms").then(({ body }) => body), processing.body);

    const poll = statusOf(daemon, last, "?wait=20s");
    openGate(daemon, "places");
    assert.deepEqual(without((await poll).body, { received_at: ISO, processed_at: ISO }), {
      ...common(last, "processed"),
      attempts: 1,
      result: { done: "gated.waits", attempt: 1 },
    });
    await daemon.settled(10_000);
    const { body } = await send("async", { type: "demo.next", key: "next" });
    assert.equal(body.queue_position, 0);
  });

  it("tells an event between two attempts as retrying with the next one's time, and a dead one with its error", async () => {
    const { body: { task_id: id } } = await send("tasks", {
      type: "demo.task",
      key: "retrying",
      data: { fail: "busy" },
    });
    await daemon.logged((line) => line.action === "webhook_error" && line.event_id === id);
    const retrying = await daemon.until("the first retry", async () => {
      const { body } = await statusOf(daemon, id, "");
      return body.status === "retrying" ? body : undefined;
    });
    assert.deepEqual(without(retrying, { received_at: ISO, next_attempt_at: ISO }), {
      event_id: id,
      event_type: "demo.task",
      status: "retrying",
      attempts: 1,
      error: "busy",
    });

    const { body: { event_id: dying } } = await send("ack", {
      type: "gated.fails",
      key: "dying",
      data: { fail: "gone" },
    });
    const dead = await statusOf(daemon, dying);
    assert.deepEqual(without(dead.body, { received_at: ISO, processed_at: ISO }), {
      event_id: dying,
      event_type: "gated.fails",
      status: "dead",
      attempts: 2,
      error: "gone",
    });
  });

  it("knows nothing of an id that was never given, and shows no event's data", async () => {
    const nobody = await statusOf(daemon, "018bcfe5-6800-7000-8000-000000000001", "");
    assert.deepEqual([nobody.status, nobody.body.error], [404, "Event not found"]);
    const { body } = await send("with-status", { type: "demo.secretive", key: "canary", data: { note: "canary-1" } });
    assert.ok(!JSON.stringify((await statusOf(daemon, body.event_id)).body).includes("canary"));
  });
});

it("the daemon has been there all the time", async () => {
  sender.close();
  await daemon.end();
});
