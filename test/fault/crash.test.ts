/** Row 1 of the fault matrix: SIGKILL at random moments under load. `HOOKD_SEED` and `HOOKD_KILLS` choose the plan. */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { account, accountLine } from "../support/ack-log.ts";
import { DaemonProcess, RUNTIME } from "../support/daemon-process.ts";
import { crashCampaign } from "./crash-campaign.ts";

test("no acked event is lost, stored twice or run out of order, wherever SIGKILL strikes", async () => {
  const seed = Number(process.env.HOOKD_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const kills = Number(process.env.HOOKD_KILLS ?? 30);
  const daemon = await DaemonProcess.start({ config: { log: { sample: 0 } } });
  console.log(`crash campaign: HOOKD_SEED=${seed} HOOKD_KILLS=${kills}`);
  const found = account(await crashCampaign(daemon, { kills, seed, lanes: 24, freeLanes: 8 }));
  const line = accountLine({ row: 1, runtime: RUNTIME, kills, seed }, found);
  console.log(line);
  const { acked, processed, dead, ...wrong } = found;
  const right = { waiting: 0, lost: [], twice: [], disorder: [], foreign: [] };
  assert.deepEqual(wrong, right, `${line}\n${JSON.stringify(wrong)}`);
  assert.ok(acked > 0 && processed > 0 && dead > 0, "the campaign has to reach both ends");
  await daemon.end();
});
