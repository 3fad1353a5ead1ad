/** How failures are repeated: globally, by source and by handler (CONTRACT sections 5 to 7), with the lines they leave. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ISO, signed, startShipped, statusOf, without } from "../support/shipped-daemon.ts";
import { SignedSender } from "../support/signed-post.ts";

const sender = new SignedSender();
const daemon = await startShipped({
  handlers: {
    "four-times.ts": `
import { defineHandler } from "hookd";
export default defineHandler({
  event: "four.times",
  retry: { attempts: 4, base: "20ms", factor: 3, max: "100ms", jitter: "none" },
  run: () => { throw new RangeError("four times"); },
});
`,
  },
});

const send = async (path: string, type: string, data: object) => {
  const { body } = await sender.send(`${daemon.publicUrl}/webhooks/${path}`, signed(data, { "X-Event-Type": type }));
  return (body.event_id ?? body.task_id) as string;
};
const attemptsOf = async (id: string) => (await daemon.admin(`/events/${id}`)).body.attempts as any[];
/** Milliseconds from the end of each failed attempt to the time of the next one. */
const waitsOf = (attempts: any[]) =>
  attempts.filter(({ next_attempt_at: next }) => next !== null).map((attempt) =>
    Date.parse(attempt.next_attempt_at) - (Date.parse(attempt.started_at) + attempt.duration_ms)
  );
/** What a wait may be more than the policy's: the time to decide, and clocks that count in whole milliseconds. */
const SLACK_MS = 900;

/** Takes 6 seconds, which pass while the other tests run. */
const task = send("tasks", "demo.task", { fail: "unreachable" });
const plain = send("ack", "demo.plain", { fail: "no luck" });

describe("the policy", () => {
  it("of the handler counts before all others", async () => {
    const id = await send("tasks", "four.times", {});
    assert.equal((await statusOf(daemon, id)).body.status, "dead");
    const attempts = await attemptsOf(id);
    assert.deepEqual(
      attempts.map(({ attempt, outcome, error }) => [attempt, outcome, error]),
      [1, 2, 3, 4].map((n) => [
        n,
        "failed",
        { code: "RangeError", message: "four times" },
      ]),
    );
    const waits = waitsOf(attempts);
    assert.equal(waits.length, 3);
    for (const [index, least] of [20, 60, 100].entries()) {
      const wait = waits[index]!;
      assert.ok(wait >= least - 1 && wait < least + SLACK_MS, `attempt ${index + 1}: ${wait} ms`);
    }
  });

  it("of the handler may be a time that it names: RetryAfter", async () => {
    const soon = await send("ack", "gated.later", { afterMs: 30, fail: "in a moment" });
    const later = await send("ack", "gated.later", { afterMs: 3_600_000, fail: "in an hour" });
    assert.equal((await statusOf(daemon, soon)).body.status, "processed");
    const [first, second] = await attemptsOf(soon);
    assert.deepEqual([first.outcome, first.error.message, second.outcome, second.attempt], [
      "failed",
      "in a moment",
      "ok",
      2,
    ]);
    const waiting = await daemon.until("the first attempt", async () => {
      const attempts = await attemptsOf(later);
      return attempts.length === 1 ? attempts : undefined;
    });
    const [wait] = waitsOf(waiting);
    assert.ok(wait! >= 3_599_999 && wait! < 3_600_000 + SLACK_MS, `${wait} ms`);
    assert.equal((await statusOf(daemon, later, "")).body.status, "retrying");
  });

  it("does not matter to what the handler rejects: one attempt, then a dead letter", async () => {
    const id = await send("tasks", "gated.refuses", { fail: "closed account" });
    assert.equal((await statusOf(daemon, id)).body.status, "dead");
    const attempts = await attemptsOf(id);
    assert.deepEqual(attempts.map(({ outcome, error }) => [outcome, error.code]), [["refused", "Rejected"]]);
    assert.equal((await daemon.admin(`/dlq/${id}`)).body.attempts, 1);
  });

  it("of hookd.yaml counts where source and handler have none: 3 attempts, full jitter from 1 s", async () => {
    const id = await plain;
    assert.equal((await statusOf(daemon, id)).body.status, "dead");
    const attempts = await attemptsOf(id);
    assert.equal(attempts.length, 3);
    for (const [index, most] of [1000, 2000].entries()) {
      const wait = waitsOf(attempts)[index]!;
      assert.ok(wait >= -1 && wait < most + SLACK_MS, `attempt ${index + 1}: ${wait} ms`);
    }
  });

  it("of the source /webhooks/tasks is 3 attempts, 2 and 4 seconds apart", async () => {
    const id = await task;
    assert.equal((await statusOf(daemon, id)).body.status, "dead");
    const attempts = await attemptsOf(id);
    assert.equal(attempts.length, 3);
    for (const [index, least] of [2000, 4000].entries()) {
      const wait = waitsOf(attempts)[index]!;
      assert.ok(wait >= least - 1 && wait < least + SLACK_MS, `attempt ${index + 1}: ${wait} ms`);
      const pause = Date.parse(attempts[index + 1].started_at) - Date.parse(attempts[index].started_at);
      assert.ok(pause >= least - 1, `attempt ${index + 2} began ${pause} ms after the one before`);
    }
  });
});

it("each failed attempt leaves one line with its number, and the end leaves two: processed without success, and dead", async () => {
  const id = await task;
  await daemon.logged((line) => line.action === "webhook_dead" && line.event_id === id);
  const lines = daemon.log.filter((line) => line.event_id === id);
  const failed = { event_id: id, error: "unreachable", error_type: "Error" };
  const known = lines.filter(({ action }) => action === "webhook_error").map((line) =>
    without(line, { timestamp: ISO })
  );
  assert.deepEqual(known.map(({ next_attempt_at: _, ...line }) => line), [
    { level: "warn", action: "webhook_error", ...failed, attempt: 1 },
    { level: "warn", action: "webhook_error", ...failed, attempt: 2 },
    { level: "error", action: "webhook_error", ...failed, attempt: 3 },
  ]);
  assert.deepEqual(lines.map(({ action }) => action), [
    "webhook_received",
    "webhook_error",
    "webhook_error",
    "webhook_error",
    "webhook_processed",
    "webhook_dead",
  ]);
  const processed = lines.find(({ action }) => action === "webhook_processed")!;
  assert.deepEqual([processed.success, processed.attempt], [false, 3]);
});

it("the line of a failed attempt says when the next one is due", async () => {
  const id = await task;
  const attempts = await attemptsOf(id);
  const lines = daemon.log.filter((line) => line.event_id === id && line.action === "webhook_error");
  assert.deepEqual(
    lines.map((line) => line.next_attempt_at ?? null),
    attempts.map((attempt) => attempt.next_attempt_at),
  );
});

it("the daemon has been there all the time", async () => {
  sender.close();
  await daemon.end();
});
