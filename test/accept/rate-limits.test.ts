import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemAnswer } from "../../src/accept/problem.ts";
import { RateLimits } from "../../src/accept/rate-limits.ts";
import type { Rate } from "../../src/units.ts";
import { openRig, sendEvent } from "./rig.ts";
import { anAcceptSource } from "./a-route.ts";

const rate: Rate = { count: 2, perMs: 1000 };

describe("RateLimits", () => {
  it("takes so many at once, and then one in each share of the unit", () => {
    const limits = new RateLimits();
    const taken = (at: number) => limits.take({ source: "a", rate }, at) === undefined;
    assert.deepEqual([0, 0, 0, 499, 500, 501, 1000].map(taken), [true, true, false, false, true, false, true]);
  });

  it("says after how many whole seconds the next is taken", () => {
    const limits = new RateLimits();
    const slow = { source: "a", rate: { count: 1, perMs: 60_000 } };
    assert.equal(limits.take(slow, 0), undefined);
    for (const [at, wait] of [[0, "60"], [500, "60"], [59_500, "1"]] as const) {
      const refused = limits.take(slow, at);
      assert(refused !== undefined);
      assert.equal(problemAnswer(refused).status, 429);
      assert.equal(problemAnswer(refused).headers?.["Retry-After"], wait);
    }
    assert.equal(limits.take(slow, 60_000), undefined);
  });

  it("keeps sources apart, and those without a limit free", () => {
    const limits = new RateLimits();
    const one = { count: 1, perMs: 1000 };
    assert.equal(limits.take({ source: "a", rate: one }, 0), undefined);
    assert.equal(limits.take({ source: "b", rate: one }, 0), undefined);
    assert.equal(limits.take({ source: "a", rate: one }, 0)?.code, "rate_limited");
    for (let count = 0; count < 1000; count++) {
      assert.equal(limits.take({ source: "c", rate: undefined }, 0), undefined);
    }
  });

  it("goes into debt for the further events of a list, and gets out of it in the share of each", () => {
    const limits = new RateLimits();
    const source = { source: "a", rate, takesLists: true };
    const taken = (at: number) => limits.take(source, at) === undefined;
    assert(taken(0));
    limits.owe(source, 9);
    assert.deepEqual([0, 4499, 4500, 4501, 5000].map(taken), [false, false, true, false, true]);
  });

  it("owes nothing for a single event, nor where there is no limit", () => {
    const limits = new RateLimits();
    const source = { source: "a", rate, takesLists: true };
    limits.take(source, 0);
    limits.owe(source, 0);
    limits.owe(source, -1);
    assert.equal(limits.take(source, 0), undefined);
    limits.owe({ ...source, source: "b", rate: undefined }, 1000);
    assert.equal(limits.take({ ...source, source: "b" }, 0), undefined);
  });

  it("shuts nobody out for longer than a thousand events take", () => {
    const limits = new RateLimits();
    const source = { source: "a", rate, takesLists: true };
    limits.take(source, 0);
    limits.owe(source, 1_000_000);
    assert.equal(limits.take(source, 0)?.headers?.["Retry-After"], "500");
  });

  it("gains nothing from a clock that was set back, and loses nothing either", () => {
    const limits = new RateLimits();
    const taken = (at: number) => limits.take({ source: "a", rate }, at) === undefined;
    assert.deepEqual([10_000, 10_000, 0, 0, 500].map(taken), [true, true, false, false, true]);
  });
});

it("a sender above its rate is answered 429; one that cannot sign uses nothing up", async (t) => {
  const rig = await openRig({ sources: [anAcceptSource({ rate: { count: 1, perMs: 60_000 } })] });
  t.after(rig.close);
  for (let count = 0; count < 3; count++) {
    const forged = await sendEvent(rig.port, { headers: { "X-Webhook-Signature": "sha256=00" } });
    assert.equal(forged.status, 401);
  }
  assert.equal((await sendEvent(rig.port)).status, 202);
  const refused = await sendEvent(rig.port);
  assert.equal(refused.status, 429);
  assert.equal(refused.json.code, "rate_limited");
  assert.equal(refused.headers["retry-after"], "60");
  assert.deepEqual(rig.reasons().at(-1), "rate_limited");
});
