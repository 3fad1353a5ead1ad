import assert from "node:assert/strict";
import { test } from "node:test";
import { account, AckLog } from "../support/ack-log.ts";
import { DaemonProcess } from "../support/daemon-process.ts";
import { SignedSender } from "../support/signed-post.ts";

const KEYS = 12;
const EVENTS = 20;
const TYPES = ["work.paired", "work.flaky", "work.paired", "work.fails"];

test("events of one ordering key run one at a time and in order through retries and deaths, others beside them", async () => {
  const daemon = await DaemonProcess.start();
  const sender = new SignedSender();
  await Promise.all(Array.from({ length: KEYS }, async (_, lane) => {
    for (let seq = 0; seq < EVENTS; seq++) {
      const type = TYPES[(lane + seq) % TYPES.length]!;
      const data = { order: `lane-${lane}`, seq };
      const { status } = await sender.post(`${daemon.publicUrl}/webhooks/events`, {
        type,
        key: `${lane}:${seq}`,
        data,
      });
      assert.equal(status, 202);
    }
  }));
  await daemon.settled();
  sender.close();

  const effects = daemon.effects();
  assert.deepEqual(account({ acked: new AckLog(), effects, states: new Map(), letters: [] }).disorder, []);
  for (let lane = 0; lane < KEYS; lane++) {
    const runs = effects.filter(({ order }) => order === `lane-${lane}`)
      .map(({ seq, attempt, isEnd }) => `${seq}/${attempt}${isEnd ? " ends" : ""}`);
    assert.deepEqual(runs, expectedRuns(lane), `lane ${lane}`);
  }
  assert.ok(hasOverlap(effects), "different keys are to run beside each other");
  await daemon.end();
});

function expectedRuns(lane: number): string[] {
  return Array.from({ length: EVENTS }, (_, seq) => {
    const isPaired = TYPES[(lane + seq) % TYPES.length] === "work.paired";
    return isPaired ? [`${seq}/1`, `${seq}/1 ends`] : [`${seq}/1`, `${seq}/2`];
  }).flat();
}

/** Whether some run began while one of another key had not ended. */
function hasOverlap(effects: readonly { type: string; order?: string; isEnd?: boolean }[]): boolean {
  const running = new Set<string>();
  for (const { type, order, isEnd } of effects) {
    if (type !== "work.paired" || order === undefined) continue;
    if (isEnd) running.delete(order);
    else if (running.add(order).size > 1) return true;
  }
  return false;
}
