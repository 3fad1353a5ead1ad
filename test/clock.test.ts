import assert from "node:assert/strict";
import { it } from "node:test";
import { systemClock } from "../src/clock.ts";

it("the system's clock calls back once, or not at all when it is cancelled", async () => {
  const before = systemClock.now();
  let cancelled = 0;
  systemClock.after(1, () => cancelled++)();
  await new Promise<void>((resolve) => systemClock.after(5, resolve));
  assert.equal(cancelled, 0);
  assert.ok(systemClock.now() >= before);
});

it("the system's clock takes any wait: a negative one is none, and one beyond 2^31 ms does not fire at once", async () => {
  let early = 0;
  const cancel = systemClock.after(2 ** 40, () => early++);
  await new Promise<void>((resolve) => systemClock.after(-5, resolve));
  await new Promise<void>((resolve) => systemClock.after(10, resolve));
  cancel();
  assert.equal(early, 0);
});
