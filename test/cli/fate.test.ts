import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fate, fateOf, isTaken, isTurnedAway } from "../../src/cli/fate.ts";

const problem = (code: unknown) => ({ type: "about:blank", title: "?", status: 400, detail: "?", code, error: "?" });

for (
  const [what, status, body, expected] of [
    ["a processed event", 200, { status: "processed", result: { status: "failed" } }, { kind: "accepted" }],
    ["a queued event", 202, { status: "queued", event_id: "1" }, { kind: "accepted" }],
    ["a stranger's 2xx", 201, "ok", { kind: "accepted" }],
    ["a duplicate of one under way", 202, { status: "queued", duplicate: true }, { kind: "duplicate" }],
    ["a duplicate of a settled one", 200, { status: "already_processed" }, { kind: "duplicate" }],
    ["a duplicate of one that failed", 500, { status: "failed", duplicate: true }, { kind: "duplicate" }],
    ["a stranger's duplicate", 200, { duplicate: "yes" }, { kind: "accepted" }],
    ["an ignored event", 204, "", { kind: "rejected", reason: "ignored_event_type" }],
    ["a bad signature", 401, problem("signature_invalid"), { kind: "rejected", reason: "signature_invalid" }],
    ["overload", 503, problem("overloaded"), { kind: "rejected", reason: "overloaded" }],
    ["a proxy's page", 502, "<h1>Bad gateway</h1>", { kind: "rejected", reason: "http_502" }],
    ["a redirect", 302, "", { kind: "rejected", reason: "http_302" }],
    ["a code that is no word", 400, problem("\x1b[2J"), { kind: "rejected", reason: "http_400" }],
    ["a code that is no text", 400, problem(7), { kind: "rejected", reason: "http_400" }],
    ["a body that is null", 400, null, { kind: "rejected", reason: "http_400" }],
    ["a failed handler", 500, { status: "failed", error: "?" }, { kind: "failed", reason: "failed" }],
    [
      "a handler that may yet succeed",
      503,
      { status: "temporary_failure", attempt: 1 },
      { kind: "failed", reason: "temporary_failure" },
    ],
    [
      "a dead letter",
      200,
      { status: "failed", error: "?", sent_to_dlq: true },
      { kind: "failed", reason: "sent_to_dlq" },
    ],
  ] as const
) {
  test(`${what}, answered by ${status}, is ${Object.values(expected).join(": ")}`, () => {
    assert.deepEqual(fateOf({ status, body }), expected);
  });
}

for (
  const [fate, taken, turnedAway] of [
    [{ kind: "accepted" }, true, false],
    [{ kind: "duplicate" }, true, false],
    [{ kind: "rejected", reason: "ignored_event_type" }, true, false],
    [{ kind: "rejected", reason: "overloaded" }, false, true],
    [{ kind: "failed", reason: "failed" }, false, false],
    [{ kind: "unanswered", reason: "cut_off" }, false, false],
  ] as const satisfies readonly (readonly [Fate, boolean, boolean])[]
) {
  test(`${Object.values(fate).join(": ")} is ${taken ? "" : "not "}taken and ${turnedAway ? "" : "not "}turned away`, () => {
    assert.deepEqual([isTaken(fate), isTurnedAway(fate)], [taken, turnedAway]);
  });
}
