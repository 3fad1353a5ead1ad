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
  sent: 3,
  unexpected: 1,
  seconds: 2,
  per_second: 1.5,
  by_status: { 200: 2, none: 1 },
  latency_ms: { p50: 1, p90: 2, p99: 3, max: 4 },
  by_kind: { plain: { sent: 3, unexpected: 1, by_status: { 200: 2, none: 1 } } },
};

test("a summary says how many, how fast and what was answered", async () => {
  assert.equal(
    await shown(true, (out) => printSummary(summary, {}, out)),
    "sent     3 in 2 s, 1.5 a second\nlatency  p50 1 ms, p90 2 ms, p99 3 ms, max 4 ms\n\n" +
      "STATUS     COUNT\n200 OK     2\nno answer  1\n",
  );
});

test("with chaos it also says the seed and what came of each kind", async () => {
  assert.equal(
    await shown(false, (out) => printSummary({ ...summary, latency_ms: null }, { seed: 7 }, out)),
    "sent\t3 in 2 s, 1.5 a second\nseed\t7\n200 OK\t2\nno answer\t1\nplain\t3\t1\t200 x 2, none x 1\n",
  );
});
