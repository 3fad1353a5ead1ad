import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { judgeRatios } from "../../../bench/run/judge-ratios.ts";
import type { Saturation } from "../../../bench/run/saturate.ts";

function measured(ackedPerSecond: number, perSecond?: number): Saturation {
  const settled = perSecond === undefined ? {} : { settled: { perSecond, handled: 1, complete: true } };
  return { ackedPerSecond, ...settled } as Saturation;
}

const ROUNDS = [0.5, 0.9, 0.7].map((ratio) => ({
  "floor-hmac": measured(1000),
  "hookd-ack": measured(1000 * ratio),
  hookd: measured(900, 600 * ratio),
}));

describe("the ratios of a short run", () => {
  it("pass by their median, acks and handled events each", () => {
    const thresholds = { "hookd-ack": { ackedToFloorHmac: 0.7 }, hookd: { handledToFloorHmac: 0.43 } };
    const judged = judgeRatios(ROUNDS, thresholds);
    assert.deepEqual(judged.map(({ passes, ratio }) => [passes, ratio?.median.toFixed(2)]), [
      [true, "0.70"],
      [false, "0.42"],
    ]);
  });

  it("fail where nothing was measured", () => {
    assert.equal(judgeRatios([{}], { hookd: { handledToFloorHmac: 0.1 } })[0]?.passes, false);
  });
});
