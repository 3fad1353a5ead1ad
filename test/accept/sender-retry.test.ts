import assert from "node:assert/strict";
import { it } from "node:test";
import { senderRetryOf } from "../../src/accept/sender-retry.ts";
import { aRoute } from "./a-route.ts";
import { openRig, sendEvent } from "./rig.ts";

const X_RETRY_COUNT = { header: "x-retry-count", from: 0 };

const rows: [what: string, retries: typeof X_RETRY_COUNT | undefined, headers: string[], retry: number][] = [
  ["is the number in the header", X_RETRY_COUNT, ["X-Retry-Count", "2"], 2],
  ["is 0 on the first try", X_RETRY_COUNT, ["X-Retry-Count", "0"], 0],
  ["is 0 without the header", X_RETRY_COUNT, ["X-Other", "2"], 0],
  ["is 0 where the preset names no header", undefined, ["X-Retry-Count", "2"], 0],
  ["is one less where the sender counts tries", { header: "x-attempt-number", from: 1 }, ["X-Attempt-Number", "2"], 1],
  ["is 0 on the first of the tries", { header: "x-attempt-number", from: 1 }, ["X-Attempt-Number", "1"], 0],
  ["is never below 0", { header: "x-attempt-number", from: 1 }, ["X-Attempt-Number", "0"], 0],
  ["is 0 for what is no number", X_RETRY_COUNT, ["X-Retry-Count", "-1"], 0],
  ["is 0 for words", X_RETRY_COUNT, ["X-Retry-Count", "two"], 0],
  ["is 0 for a number beyond reason", X_RETRY_COUNT, ["X-Retry-Count", "1000000"], 0],
  ["is 0 for two headers", X_RETRY_COUNT, ["X-Retry-Count", "1", "x-retry-count", "1"], 0],
];
for (const [what, retries, headers, retry] of rows) {
  it(`the count of a sender ${what}`, () => assert.equal(senderRetryOf({ retries }, headers), retry));
}

it("presets say where their senders count", () => {
  const secrets = ["a secret of more than sixteen bytes"];
  assert.deepEqual(aRoute({ preset: "slack", secrets }).retries, { header: "x-slack-retry-num", from: 0 });
  assert.deepEqual(aRoute({ preset: "bitbucket", secrets }).retries, { header: "x-attempt-number", from: 1 });
  assert.equal(aRoute({ preset: "github", secrets }).retries, undefined);
});

it("the count is told with the event and with its duplicate, and changes nothing else", async (t) => {
  const rig = await openRig();
  t.after(rig.close);
  const again = (count: string) => sendEvent(rig.port, { body: "{}", headers: { "X-Retry-Count": count } });
  assert.equal((await again("1")).status, 202);
  assert.equal((await again("2")).json.duplicate, true);
  assert.equal((await again("0")).json.duplicate, true);
  assert.equal((await again("junk")).json.duplicate, true);
  assert.deepEqual(rig.of("accepted").map(({ senderRetry }) => senderRetry), [1]);
  assert.deepEqual(rig.of("duplicate").map(({ senderRetry }) => senderRetry), [2, undefined, undefined]);
});
