import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SourceConfig } from "../../src/config.ts";
import { anAcceptSource } from "./a-route.ts";
import { connectRaw, openRig, type Rig, sendEvent, signed, turnUntil } from "./rig.ts";

const failure = { code: "Error", message: "card declined" };

async function rigOf(over: Partial<SourceConfig>, use: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await openRig({ sources: [anAcceptSource(over)] });
  try {
    await use(rig);
  } finally {
    await rig.close();
  }
}

const again = { body: '{"a":1}', headers: { "Idempotency-Key": "k-1" } };

/** Sends, and waits until it is stored and the sender waits. */
async function waiting(rig: Rig, posting = again) {
  const accepted = rig.next("accepted");
  const answer = sendEvent(rig.port, posting);
  await accepted;
  return { answer };
}

async function waitingDuplicate(rig: Rig, posting = again) {
  const looked = rig.store.found();
  const answer = sendEvent(rig.port, posting);
  await looked;
  return { answer };
}

describe("modes that do not wait", () => {
  const modes: [mode: SourceConfig["mode"], body: (id: string) => unknown][] = [
    ["queue", (id) => ({ status: "queued", event_id: id, queue_position: 0 })],
    ["task", (id) => ({ status: "queued", task_id: id })],
    ["ack", (id) => ({ status: "acknowledged", event_id: id, message: "Webhook received, processing asynchronously" })],
    ["status", (id) => ({ status: "queued", event_id: id, status_url: `/webhooks/status/${id}` })],
  ];
  for (const [mode, body] of modes) {
    it(`${mode}: 202 at once, the same with "duplicate" for a copy, 200 once it is settled`, () =>
      rigOf({ mode }, async (rig) => {
        const first = await sendEvent(rig.port, again);
        const id = rig.of("accepted")[0]!.event.id;
        assert.deepEqual([first.status, first.json], [202, body(id)]);
        assert.equal(first.headers["location"], mode === "status" ? `/webhooks/status/${id}` : undefined);

        const copy = await sendEvent(rig.port, again);
        const { queue_position: _, ...rest } = body(id) as Record<string, unknown>;
        assert.deepEqual([copy.status, copy.json], [202, { ...rest, duplicate: true }]);

        await rig.settle({ kind: "complete", result: '{"secret":1}' });
        const late = await sendEvent(rig.port, again);
        assert.deepEqual([late.status, late.json], [200, {
          status: "already_processed",
          idempotency_key: "k-1",
          event_id: id,
        }]);
        assert.deepEqual([rig.of("acked").length, rig.of("duplicate").length], [1, 2]);
      }));
  }

  it("queue tells how many are before it", () =>
    rigOf({ mode: "queue" }, async (rig) => {
      for (const position of [0, 1, 2]) assert.equal((await sendEvent(rig.port)).json.queue_position, position);
    }));
});

describe("mode sync", () => {
  const sync = { mode: "sync", syncDeadlineMs: 5000 } as const;

  it("answers with the result, digit for digit", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      assert.equal(rig.of("acked").length, 0);
      await rig.settle({ kind: "complete", result: '{"n":12345678901234567890}' });
      const { status, json, text } = await answer;
      const { processing_time_ms: ms, result: _, ...rest } = json;
      assert.equal(status, 200);
      assert.deepEqual(rest, {
        status: "processed",
        event_id: rig.of("accepted")[0]!.event.id,
        idempotency_key: "k-1",
      });
      assert(Number.isInteger(ms) && ms >= 0);
      assert(text.includes('"result":{"n":12345678901234567890}'));
      assert.equal(rig.of("acked").length, 1);
    }));

  it("tells a copy the stored result", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      await rig.settle({ kind: "complete", result: "[1]" });
      await answer;
      const copy = await sendEvent(rig.port, again);
      assert.equal(copy.status, 200);
      assert.deepEqual(copy.json, {
        status: "already_processed",
        idempotency_key: "k-1",
        event_id: rig.of("accepted")[0]!.event.id,
        result: [1],
      });
    }));

  it("lets a copy wait for the first one's outcome", () =>
    rigOf(sync, async (rig) => {
      const first = await waiting(rig);
      const copy = await waitingDuplicate(rig);
      await rig.settle({ kind: "complete", result: "1" });
      const [a, b] = [await first.answer, await copy.answer];
      assert.deepEqual([a.status, b.status], [200, 200]);
      assert.equal(b.json.event_id, a.json.event_id);
      assert.deepEqual([a.json.duplicate, b.json.duplicate, b.json.result], [undefined, true, 1]);
    }));

  it("goes on waiting through retries", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      await rig.settle({ kind: "retry", at: rig.clock.now() + 1000, failure });
      await rig.clock.advance(1000);
      await rig.settle({ kind: "complete", result: "2" });
      assert.deepEqual((await answer).json.result, 2);
    }));

  it("tells a failure, and the key is free for the sender's retry", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      const id = rig.of("accepted")[0]!.event.id;
      assert.equal(rig.awaited.take(id), true);
      await rig.settle({ kind: "fail", failure });
      const { status, json } = await answer;
      assert.deepEqual([status, json], [500, { status: "failed", error: "card declined", event_id: id }]);
      assert.equal(rig.of("acked").length, 0);
      const retry = await waiting(rig);
      await rig.settle({ kind: "complete", result: "1" });
      assert.notEqual((await retry.answer).json.event_id, id);
    }));

  it("says 202 at the deadline, and the work goes on", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      const id = rig.of("accepted")[0]!.event.id;
      await rig.clock.advance(5000);
      const { status, json, headers } = await answer;
      const url = `/webhooks/status/${id}`;
      assert.deepEqual([status, json, headers["location"]], [
        202,
        { status: "queued", event_id: id, status_url: url },
        url,
      ]);
      assert.equal(rig.awaited.take(id), false);
    }));

  it("never says 202 once the outcome was promised, however long storing it takes", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      const id = rig.of("accepted")[0]!.event.id;
      await rig.clock.advance(4000);
      assert.equal(rig.awaited.take(id), true);
      await rig.clock.advance(1_000_000);
      await rig.settle({ kind: "fail", failure });
      assert.equal((await answer).status, 500);
    }));

  it("says 503 when the outcome could not be stored", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      rig.awaited.failed(rig.of("accepted")[0]!.event.id);
      const { status, json, headers } = await answer;
      assert.deepEqual([status, json.code], [503, "store_failed"]);
      assert(Number(headers["retry-after"]) > 0);
    }));

  it("says 202 when hookd stops: the event is stored and runs after the restart", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      rig.awaited.close();
      assert.equal((await answer).status, 202);
    }));

  it("does not count a sender that hung up", () =>
    rigOf(sync, async (rig) => {
      const accepted = rig.next("accepted");
      const lines = Object.entries(signed("{}")).map(([name, value]) => `${name}: ${String(value)}\r\n`).join("");
      const sender = connectRaw(
        rig.port,
        `POST /webhooks/events HTTP/1.1\r\nHost: x\r\n${lines}Content-Length: 2\r\n\r\n{}`,
      );
      const { event } = await accepted;
      assert.notEqual(rig.clock.next(), undefined);
      sender.socket.destroy();
      // Its deadline goes with it.
      await turnUntil(() => rig.clock.next() === undefined);
      assert.equal(rig.awaited.take(event.id), false);
    }));

  it("finds the outcome of an event that settled before the copy could wait", () =>
    rigOf(sync, async (rig) => {
      const { answer } = await waiting(rig);
      let open = () => {};
      rig.store.gate = new Promise((resolve) => (open = resolve));
      const asked = rig.store.askedAgain();
      const copy = sendEvent(rig.port, again);
      await asked;
      await rig.settle({ kind: "dead-letter", failure, park: false });
      await answer;
      open();
      const { status, json } = await copy;
      assert.deepEqual([status, json.status, json.error], [500, "failed", "card declined"]);
    }));
});

it("an event that nobody handles may settle at once, and a sync sender still gets its outcome", async (t) => {
  const rig = await openRig({ sources: [anAcceptSource({ mode: "sync", unknown: "accept" })], handlers: {} });
  t.after(rig.close);
  let open = () => {};
  rig.store.gate = new Promise((resolve) => (open = resolve));
  const asked = rig.store.askedAgain();
  const answer = sendEvent(rig.port, again);
  await asked;
  await rig.settle({ kind: "complete", result: '{"skipped":true}' });
  open();
  assert.deepEqual((await answer).json.result, { skipped: true });
});

describe("mode sender-retry", () => {
  const senderRetry = {
    mode: "sender-retry",
    syncDeadlineMs: 5000,
  } as const;
  const attempt = (count: number) => ({ ...again, headers: { ...again.headers, "X-Retry-Count": String(count) } });

  it("answers with the result", () =>
    rigOf(senderRetry, async (rig) => {
      const { answer } = await waiting(rig);
      await rig.settle({ kind: "complete", result: "[1]" });
      const { status, json } = await answer;
      assert.deepEqual([status, json], [200, { status: "processed", result: [1] }]);
    }));

  it("asks for a retry while attempts are left, in whole seconds that are enough, and says so when none is", () =>
    rigOf(senderRetry, async (rig) => {
      for (const [count, retryAfterMs, after] of [[0, 1500, "2"], [1, 3000, "3"], [2, 0, "1"]] as const) {
        const { answer } = await waiting(rig, attempt(count));
        assert.equal(rig.of("accepted").at(-1)!.event.firstAttempt ?? 1, count + 1);
        await rig.settle({ kind: "fail", failure, retryAfterMs });
        const { status, json, headers } = await answer;
        assert.deepEqual([status, json], [503, {
          status: "temporary_failure",
          error: "card declined",
          attempt: count + 1,
        }]);
        assert.equal(headers["retry-after"], after);
      }
      const { answer } = await waiting(rig, attempt(3));
      await rig.settle({ kind: "dead-letter", failure, park: false });
      const { status, json } = await answer;
      assert.deepEqual([status, json], [200, { status: "failed", error: "card declined", sent_to_dlq: true }]);
      const late = await sendEvent(rig.port, attempt(4));
      assert.deepEqual([late.status, late.json.status], [200, "already_processed"]);
    }));

  it("says 202 at the deadline: from then on hookd retries", () =>
    rigOf(senderRetry, async (rig) => {
      const { answer } = await waiting(rig);
      await rig.clock.advance(5000);
      assert.equal((await answer).status, 202);
    }));
});
