import assert from "node:assert/strict";
import { test } from "node:test";
import { printAnswer, printSummary } from "../../src/cli/send-report.ts";
import type { Summary } from "../../src/cli/tally.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

const answer = { status: 202, headers: {}, body: { status: "queued", n: 1 }, latencyMs: 12.345 };

async function shown(
  isTTY: boolean,
  print: (out: ReturnType<typeof recordedNeeds>["terminal"]["out"]) => Promise<void>,
) {
  const needs = recordedNeeds({}, { isTTY });
  await print(needs.terminal.out);
  return needs.out();
}

test("an answer is its status line and its body: laid out for a person, one line for a pipe", async () => {
  assert.equal(
    await shown(true, (out) => printAnswer(answer, out)),
    '202 Accepted in 12.3 ms\n{\n  "status": "queued",\n  "n": 1\n}\n',
  );
  assert.equal(
    await shown(false, (out) => printAnswer(answer, out)),
    '202 Accepted in 12.3 ms\n{"status":"queued","n":1}\n',
  );
});

test("a body of text is shown harmless, an empty one not at all", async () => {
  const text = { ...answer, status: 599, body: "no\x1b[2J" };
  assert.equal(await shown(false, (out) => printAnswer(text, out)), "599 in 12.3 ms\nno\\x1b[2J\n");
  assert.equal(
    await shown(false, (out) => printAnswer({ ...answer, status: 204, body: "" }, out)),
    "204 No Content in 12.3 ms\n",
  );
});

const summary: Summary = {
  sent: 7,
  accepted: 2,
  duplicates: 1,
  rejected: 2,
  failed: 1,
  unanswered: 1,
  rejected_by_reason: { overloaded: 1, signature_invalid: 1 },
  failed_by_reason: { sent_to_dlq: 1 },
  unanswered_by_reason: { cut_off: 1 },
  unexpected: 1,
  seconds: 2,
  per_second: 3.5,
  by_status: { 200: 4, 401: 1, 503: 1, none: 1 },
  latency_ms: { p50: 1, p90: 2, p99: 3, max: 4 },
  by_kind: { plain: { sent: 7, unexpected: 1, by_status: { 200: 4, none: 3 } } },
};

test("a summary says how many, how fast, what became of them, and what was answered", async () => {
  assert.equal(
    await shown(true, (out) => printSummary(summary, {}, out)),
    `\
sent     7 in 2 s, 3.5 a second
latency  p50 1 ms, p90 2 ms, p99 3 ms, max 4 ms
account  7 sent = 2 accepted + 1 duplicates + 2 rejected + 1 failed + 1 unanswered

ANSWERED    REASON             COUNT
accepted                       2
duplicate                      1
rejected    overloaded         1
rejected    signature_invalid  1
failed      sent_to_dlq        1
unanswered  cut_off            1

STATUS                   COUNT
200 OK                   4
401 Unauthorized         1
503 Service Unavailable  1
no answer                1
`,
  );
});

test("into a pipe it is lines of cells, and with chaos it also says the seed and what came of each kind", async () => {
  const few = { ...summary, sent: 5, failed: 0, failed_by_reason: {}, unanswered: 0, unanswered_by_reason: {} };
  assert.equal(
    await shown(false, (out) => printSummary({ ...few, latency_ms: null }, { seed: 7 }, out)),
    "sent\t5 in 2 s, 3.5 a second\nseed\t7\n" +
      "account\t5 sent = 2 accepted + 1 duplicates + 2 rejected + 0 failed + 0 unanswered\n" +
      "accepted\t\t2\nduplicate\t\t1\nrejected\toverloaded\t1\nrejected\tsignature_invalid\t1\n" +
      "200 OK\t4\n401 Unauthorized\t1\n503 Service Unavailable\t1\nno answer\t1\nplain\t7\t1\t200 x 4, none x 3\n",
  );
});
