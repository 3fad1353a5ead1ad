import assert from "node:assert/strict";
import { test } from "node:test";
import { closedLoop, openLoop } from "../../src/cli/pace.ts";

test("a closed loop has so many under way and no more, and starts in order", async () => {
  const started: number[] = [];
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const done = closedLoop([1, 2, 3, 4, 5], {
    concurrency: 2,
    act: (item) => {
      started.push(item);
      most = Math.max(most, ++running);
      return new Promise((resolve) =>
        ends.push(() => {
          running -= 1;
          resolve();
        })
      );
    },
  });
  assert.deepEqual(started, [1, 2]);
  while (ends.length > 0) {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  assert.deepEqual(started, [1, 2, 3, 4, 5]);
  assert.equal(most, 2);
});

/** Time that passes only while somebody sleeps. */
function virtualClock(start = 1000) {
  let now = start;
  return {
    now: () => now,
    sleepUntil: (atMs: number) => {
      now = Math.max(now, atMs);
      return Promise.resolve();
    },
    pass: (ms: number) => now += ms,
  };
}

test("an open loop starts at its rate although nothing is answered", async () => {
  const clock = virtualClock();
  const started: [item: string, at: number][] = [];
  let answer = () => {};
  const answered = new Promise<void>((resolve) => answer = resolve);
  const done = openLoop(["a", "b", "c"], {
    perSecond: 4,
    clock,
    act: (item) => {
      started.push([item, clock.now()]);
      if (item === "c") answer();
      return answered;
    },
  });
  await done;
  assert.deepEqual(started, [["a", 1000], ["b", 1250], ["c", 1500]]);
});

test("an open loop that fell behind catches up, and counts latency from when it should have started", async () => {
  const clock = virtualClock();
  const planned: number[] = [];
  await openLoop([1, 2, 3], {
    perSecond: 10,
    clock,
    act: (_item, plannedAtMs) => {
      planned.push(plannedAtMs);
      clock.pass(500);
      return Promise.resolve();
    },
  });
  assert.deepEqual(planned, [1000, 1100, 1200]);
  assert.equal(clock.now(), 2500);
});
