/** The short form of `npm run prove -- sim`. `HOOKD_SEED` is the first seed, `HOOKD_STORIES` how many are played. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { violationsOf } from "./judge.ts";
import { simulate } from "./simulate.ts";
import { addCounts, noCounts } from "./story-counts.ts";

test("whatever dies, whenever: acked is processed or dead, once, in order, and its letter stands", async () => {
  const first = Number(process.env.HOOKD_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const stories = Number(process.env.HOOKD_STORIES ?? 200);
  console.log(`simulation: HOOKD_SEED=${first} HOOKD_STORIES=${stories}`);
  const seen = noCounts();
  for (let seed = first; seed < first + stories; seed++) {
    const story = await simulate(seed);
    assert.deepEqual(violationsOf(story), [], `HOOKD_SEED=${seed} HOOKD_STORIES=1`);
    addCounts(seen, story);
  }
  console.log(Object.entries(seen).map(([name, count]) => `${name}=${count}`).join(" "));
  if (stories < 100) return;
  for (const [name, count] of Object.entries(seen)) assert.ok(count > 0, `the stories have to reach ${name}`);
});
