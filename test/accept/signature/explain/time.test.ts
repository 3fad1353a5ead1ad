import assert from "node:assert/strict";
import { test } from "node:test";
import { explainTime, spanText } from "../../../../src/accept/signature/explain/time.ts";
import { aCase, BODY, NOW, stripe } from "./a-capture.ts";

async function time(at: number, isRight = true): Promise<string | undefined> {
  return explainTime(await aCase(stripe(BODY, { at })), { isRight })[0]?.text;
}

test("it says how old, on which side, and whether that is too much", async () => {
  assert.equal(await time(NOW - 12), "Signed 12 s ago (2023-11-14T22:13:08Z), within the tolerance of 300 s.");
  assert.equal(await time(NOW), "Signed now (2023-11-14T22:13:20Z), within the tolerance of 300 s.");
  assert.match(
    await time(NOW - 412) ?? "",
    /^Signed 412 s ago \(.*\), beyond the tolerance of 300 s\. .*--now 1699999588\./,
  );
  assert.match(await time(NOW + 86_400) ?? "", /^Signed 86400 s \(24 hours\) ahead .* One of the clocks is wrong/);
});

test("a time that nobody signed is a claim", async () => {
  assert.match(await time(NOW - 12, false) ?? "", /^Says it was signed 12 s ago/);
});

test("milliseconds where seconds were expected are seen as such, and the other way round", async () => {
  assert.match(
    await time((NOW - 7) * 1000) ?? "",
    /It is in milliseconds, where this preset has seconds: then it was 7 s ago\./,
  );
  const linear = {
    preset: "linear",
    body: `{"webhookTimestamp":${NOW}}`,
    headers: { "Linear-Signature": "00".repeat(32) },
  };
  assert.match(
    explainTime(await aCase(linear), { isRight: true })[0]?.text ?? "",
    /in seconds, where this preset has milliseconds/,
  );
});

test("a time beyond what a date can be is told without one", async () => {
  assert.match(await time(999_999_999_999_999) ?? "", /beyond the year 9999/);
});

test("nothing is said where no time is signed, or none can be read", async () => {
  assert.deepEqual(explainTime(await aCase(), { isRight: true }), []);
  assert.deepEqual(explainTime(await aCase({ preset: "stripe", headers: {} }), { isRight: true }), []);
  const unread = { preset: "stripe", headers: { "Stripe-Signature": "t=soon,v1=00" } };
  assert.deepEqual(explainTime(await aCase(unread), { isRight: true }), []);
});

test("a span is in seconds, and in what is easier to grasp where it is long", () => {
  assert.deepEqual([412_000, 1500, 10_800_000, 4 * 86_400_000, 63_072_000_000].map(spanText), [
    "412 s",
    "1.5 s",
    "10800 s (3 hours)",
    "345600 s (4 days)",
    "63072000 s (2 years)",
  ]);
});
