import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Decision, Outcome, ResponseMode } from "../../src/model.ts";
import { decide, endsForSender } from "../../src/settle/decide.ts";

const failure = { code: "Error", message: "no luck" };
const policy = { attempts: 3, baseMs: 1000, factor: 2, maxMs: 300_000, jitter: "none" as const };
const outcomes: Record<string, Outcome> = {
  ok: { kind: "ok", result: "1" },
  failed: { kind: "failed", failure },
  later: { kind: "failed", failure, retryAfterMs: 42 },
  refused: { kind: "refused", failure },
  interrupted: { kind: "interrupted", cause: "stuck" },
};

describe("the settlement rules", () => {
  const cases: [
    outcome: keyof typeof outcomes,
    attempt: number,
    mode: ResponseMode,
    senderWaits: boolean,
    decision: string,
  ][] = [
    ["interrupted", 3, "sync", true, "give-back"],
    ["ok", 3, "ack", false, "complete"],
    ["failed", 1, "ack", false, "retry"],
    ["failed", 2, "ack", false, "retry"],
    ["failed", 3, "ack", false, "dead-letter"],
    ["failed", 9, "ack", false, "dead-letter"],
    ["failed", 1, "sync", true, "retry"],
    ["failed", 3, "sync", true, "fail"],
    ["failed", 3, "sync", false, "dead-letter"],
    ["failed", 1, "sender-retry", true, "fail"],
    ["failed", 2, "sender-retry", true, "fail"],
    ["failed", 3, "sender-retry", true, "dead-letter"],
    ["failed", 1, "sender-retry", false, "retry"],
    ["failed", 3, "sender-retry", false, "dead-letter"],
    ["refused", 1, "ack", false, "dead-letter"],
    ["refused", 1, "sync", true, "fail"],
    ["refused", 1, "sync", false, "dead-letter"],
    ["refused", 1, "sender-retry", true, "dead-letter"],
    ["later", 3, "ack", false, "dead-letter"],
  ];
  for (const [outcome, attempt, mode, senderWaits, expected] of cases) {
    it(`${outcome} at attempt ${attempt} of 3, mode ${mode}, sender ${senderWaits ? "waits" : "gone"}: ${expected}`, () => {
      const circumstances = { outcome: outcomes[outcome]!, attempt, policy, mode, onDead: "park" as const };
      const decision = decide(circumstances, { now: 100, random: () => 0.5, senderWaits });
      assert.equal(decision.kind, expected);
      if (decision.kind === "dead-letter") assert.equal(decision.park, true);
      if (decision.kind === "retry") assert.equal(decision.at, 100 + 1000 * 2 ** (attempt - 1));
    });
  }

  it("retries when the handler asked for it, instead of by the backoff", () => {
    const circumstances = {
      outcome: outcomes.later!,
      attempt: 1,
      policy,
      mode: "ack" as const,
      onDead: "skip" as const,
    };
    assert.deepEqual(decide(circumstances, { now: 100, random: () => 0.5, senderWaits: false }), {
      kind: "retry",
      at: 142,
      failure,
    });
  });

  it("tells a sender that retries when to come again: as the handler asked, else the backoff without jitter", () => {
    const circumstances = {
      outcome: outcomes["failed"]!,
      attempt: 2,
      policy: { ...policy, baseMs: 100, factor: 3, maxMs: 10_000, jitter: "full" as const },
      mode: "sender-retry" as const,
      onDead: "skip" as const,
    };
    const world = { now: 0, random: () => 0, senderWaits: true };
    const waitOf = (decision: Decision) => decision.kind === "fail" ? decision.retryAfterMs : decision.kind;
    assert.equal(waitOf(decide(circumstances, world)), 300);
    const asked = { ...circumstances, outcome: { kind: "failed" as const, failure, retryAfterMs: 60_000 } };
    assert.equal(waitOf(decide(asked, world)), 60_000);
    assert.equal(waitOf(decide({ ...asked, mode: "sync", attempt: 3 }, world)), undefined);
  });

  it("asks whether the sender waits only about the last word on a failure", () => {
    const at = (outcome: keyof typeof outcomes, attempt: number, mode: ResponseMode) =>
      endsForSender({ outcome: outcomes[outcome]!, attempt, policy, mode, onDead: "skip" });
    assert.deepEqual(
      [
        at("failed", 1, "sync"),
        at("failed", 3, "sync"),
        at("ok", 3, "sync"),
        at("refused", 1, "ack"),
        at("failed", 1, "sender-retry"),
        at("interrupted", 3, "sync"),
      ],
      [false, true, false, true, true, false],
    );
  });
});
