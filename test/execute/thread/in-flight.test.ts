import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { InFlight } from "../../../src/execute/thread/in-flight.ts";

interface Dated {
  dueAt: number;
  expire(): void;
}

function rig() {
  const inFlight = new InFlight<Dated>();
  const expired: string[] = [];
  const early: string[] = [];
  const add = (name: string, ms: number, expire = (run: Dated) => inFlight.delete(run)) => {
    const run: Dated = {
      dueAt: performance.now() + ms,
      expire: () => {
        expired.push(name);
        if (performance.now() < run.dueAt - 1) early.push(name);
        expire(run);
      },
    };
    inFlight.add(run);
    return run;
  };
  return { inFlight, expired, early, add };
}

describe("the runs in flight", () => {
  it("expire at their time, in whatever order they came", async () => {
    const { inFlight, expired, early, add } = rig();
    add("later", 60);
    add("much later", 5_000);
    add("first", 10);
    add("second", 30);
    while (expired.length < 3) await wait(5);
    // Those that are due together, on a machine that stood still, come in any order.
    assert.deepEqual([...expired].sort(), ["first", "later", "second"]);
    assert.deepEqual(early, []);
    assert.equal([...inFlight].length, 1);
  });

  it("do not expire once they have ended, though the timer was set for them", async () => {
    const { inFlight, expired, add } = rig();
    inFlight.delete(add("ended", 5));
    add("other", 30);
    while (expired.length < 1) await wait(5);
    assert.deepEqual(expired, ["other"]);
  });

  it("expire again if that gave them more time", async () => {
    const { inFlight, expired, add } = rig();
    add("run", 5, (run) => {
      if (expired.length === 2) return inFlight.delete(run);
      run.dueAt = performance.now() + 20;
    });
    while (expired.length < 2) await wait(5);
    await wait(40);
    assert.deepEqual(expired, ["run", "run"]);
  });

  it("do not expire before their time", async () => {
    const { inFlight, add } = rig();
    const early: number[] = [];
    const runs = [20, 21, 35].map((ms) =>
      add("run", ms, (run) => {
        early.push(run.dueAt - performance.now());
        inFlight.delete(run);
      })
    );
    while (early.length < runs.length) await wait(5);
    assert.ok(early.every((ms) => ms <= 1), early.join());
  });
});
