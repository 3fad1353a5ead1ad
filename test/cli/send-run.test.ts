import assert from "node:assert/strict";
import { test } from "node:test";
import { type RunOptions, runSend } from "../../src/cli/send-run.ts";
import { createSender } from "../../src/sender/sender.ts";
import { type Asked, jsonServer, type Told } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

async function aRun(
  options: Partial<RunOptions>,
  { answer, preset = "hookd" }: { answer: (asked: Asked) => Told | Promise<Told>; preset?: string },
) {
  const { url, asked } = await jsonServer(answer);
  const target = { url, secret: "whsec_c2VjcmV0", preset };
  const sender = createSender(target);
  const needs = recordedNeeds();
  const eventOf = (number: number) => ({ type: "a", data: { number } });
  const ended = runSend({ sender, target, eventOf }, { count: 1, concurrency: 1, ...options }, needs)
    .finally(() => sender.close());
  return { ended, needs, asked };
}

test("the answer of an only request is kept, those of many are counted and gone", async () => {
  const answer = () => ({ status: 202, body: { n: 1 } });
  const one = await (await aRun({}, { answer })).ended;
  assert.deepEqual(one.answer?.body, { n: 1 });
  assert.equal(one.summary.sent, 1);
  const many = await (await aRun({ count: 5, concurrency: 2 }, { answer })).ended;
  assert.equal(many.answer, undefined);
  assert.deepEqual([many.summary.sent, many.summary.accepted, many.unsent], [5, 5, 0]);
});

test("what was sent before Ctrl-C is accounted for, and what was not is told", async () => {
  let answered = 0;
  const run = await aRun({ count: 1000, concurrency: 3 }, {
    answer: () => {
      // All under way are answered, none is started after it.
      if (++answered === 30) run.needs.signal("SIGINT");
      return {};
    },
  });
  const { summary, unsent } = await run.ended;
  assert.equal(summary.sent, run.asked.length);
  assert.equal(summary.accepted, summary.sent);
  assert.ok(summary.sent >= 30 && summary.sent < 40);
  assert.equal(unsent, 1000 - summary.sent);
  assert.deepEqual(run.needs.listening(), []);
});

test("a second Ctrl-C ends the process", async () => {
  let tell: (told: Told) => void = () => {};
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => arrive = resolve);
  const run = await aRun({ count: 2 }, {
    answer: () =>
      new Promise((resolve) => {
        tell = resolve;
        arrive();
      }),
  });
  await arrived;
  run.needs.signal("SIGINT");
  assert.deepEqual(run.needs.exits, []);
  run.needs.signal("SIGINT");
  assert.deepEqual(run.needs.exits, [1]);
  tell({});
  assert.equal((await run.ended).unsent, 1);
});

test("a request on its own is ended by Ctrl-C as the system does it", async () => {
  const run = await aRun({}, {
    answer: () => {
      assert.deepEqual(run.needs.listening(), []);
      return {};
    },
  });
  assert.equal((await run.ended).summary.accepted, 1);
});

for (const [preset, isTimeSigned] of [["hookd", false], ["stripe", true], ["standard", true]] as const) {
  test(`a stale event of the preset ${preset} is dated beyond what the receiver tolerates`, async () => {
    const run = await aRun({ chaos: ["stale"], seed: 3 }, { preset, answer: () => ({ status: 401 }) });
    const { summary, ...rest } = await run.ended;
    assert.deepEqual([rest.isTimeSigned, rest.seed, summary.unexpected], [isTimeSigned, 3, isTimeSigned ? 0 : 1]);
    const { headers } = run.asked[0] as Asked;
    const signedAt = headers["webhook-timestamp"] ?? /t=(\d+)/.exec(String(headers["stripe-signature"]))?.[1];
    if (isTimeSigned) assert.ok(Number(signedAt) <= Date.now() / 1000 - 3600);
    else assert.equal(signedAt, undefined);
  });
}
