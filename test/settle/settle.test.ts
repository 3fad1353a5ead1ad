import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HookdError } from "../../src/errors.ts";
import type { Outcome } from "../../src/model.ts";
import type { Attempted } from "../../src/ports.ts";
import { createSettle, type SettleNeeds } from "../../src/settle/settle.ts";
import { aDelivery } from "../support/an-event.ts";
import { fakeClock, settled } from "../support/fake-clock.ts";

const failure = { code: "Error", message: "no luck" };

function rig(over: Partial<SettleNeeds> = {}) {
  const told: string[] = [];
  const clock = fakeClock();
  const settle = createSettle({
    store: { settle: (_delivery, decision) => Promise.resolve(void told.push(`store ${decision.kind}`)) },
    deadLetters: { append: (letter) => Promise.resolve(void told.push(`letter ${letter.id}`)) },
    rulesFor: () => ({
      policy: { attempts: 1, baseMs: 1, factor: 1, maxMs: 1, jitter: "none" },
      mode: "sync",
      onDead: "skip",
    }),
    dataOf: () => null,
    senderWaits: () => false,
    onSettled: ({ decision }) => void told.push(`told ${decision.kind}`),
    onUnsettled: () => void told.push("cannot tell"),
    clock,
    random: () => 0.5,
    emit: ({ kind }) => void told.push(`signal ${kind}`),
    ...over,
  });
  return { settle, told, clock };
}

function attempted(outcome: Outcome): Attempted {
  return { outcome, startedAt: 1, durationMs: 2 };
}

describe("settle", () => {
  it("writes the letter first, then the outcome, then tells", async () => {
    const { settle, told } = rig();
    const delivery = aDelivery();
    await settle(delivery, attempted({ kind: "failed", failure }));
    assert.deepEqual(told, [
      "signal attempt",
      `letter ${delivery.event.id}`,
      "store dead-letter",
      "signal settled",
      "told dead-letter",
    ]);
  });

  it("writes no letter for a failure that a waiting sender is told", async () => {
    const { settle, told } = rig({ senderWaits: () => true });
    await settle(aDelivery(), attempted({ kind: "failed", failure }));
    assert.deepEqual(told, ["signal attempt", "store fail", "signal settled", "told fail"]);
  });

  it("gives back what was interrupted, without charge or signal", async () => {
    const { settle, told } = rig({ senderWaits: () => assert.fail("nobody is asked") });
    await settle(aDelivery(), attempted({ kind: "interrupted", cause: "stuck" }));
    assert.deepEqual(told, ["store give-back"]);
  });

  it("tries until the disk takes it, and lets senders go meanwhile", async () => {
    let refusals = 2;
    const { settle, told, clock } = rig({
      store: {
        settle: () => refusals-- > 0 ? Promise.reject(new HookdError("ERR_STORE_FULL", "full")) : Promise.resolve(),
      },
    });
    const done = settle(aDelivery(), attempted({ kind: "ok", result: "1" }));
    await settled();
    assert.deepEqual(told, ["signal attempt", "cannot tell"]);
    await clock.advance(1000);
    await clock.advance(1000);
    await done;
    assert.deepEqual(told.slice(-2), ["signal settled", "told complete"]);
  });

  it("tells nobody anything when the store closed first", async () => {
    const { settle, told } = rig({
      store: { settle: () => Promise.reject(new HookdError("ERR_STORE_CLOSED", "closed")) },
    });
    await settle(aDelivery(), attempted({ kind: "ok", result: "1" }));
    assert.deepEqual(told, ["signal attempt", "cannot tell"]);
  });

  it("does not hide a bug of ours", async () => {
    const { settle } = rig({ store: { settle: () => Promise.reject(new TypeError("a bug")) } });
    await assert.rejects(settle(aDelivery(), attempted({ kind: "ok", result: "1" })), TypeError);
  });

  it("records the attempt with its failure and the time of the next", async () => {
    let record: unknown;
    const { settle, clock } = rig({
      rulesFor: () => ({
        policy: { attempts: 2, baseMs: 500, factor: 1, maxMs: 500, jitter: "none" },
        mode: "ack",
        onDead: "skip",
      }),
      store: { settle: (_delivery, _decision, attempt) => Promise.resolve(void (record = attempt)) },
    });
    await settle(aDelivery(), attempted({ kind: "failed", failure }));
    assert.deepEqual(record, {
      attempt: 1,
      startedAt: 1,
      durationMs: 2,
      outcome: "failed",
      failure,
      nextAttemptAt: clock.now() + 500,
    });
  });
});
