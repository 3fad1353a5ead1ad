/** The crash campaign, as long as one likes. */
import process from "node:process";
import { crashCampaign } from "../fault/crash-campaign.ts";
import { account, accountLine } from "../support/ack-log.ts";
import { DaemonProcess, RUNTIME } from "../support/daemon-process.ts";
import { keepProof } from "./keep-proof.ts";

/** A daemon holds all events of its campaign: another one begins after so many kills. */
const KILLS_PER_DAEMON = 250;

export async function proveCrashes(
  { count, seed, keep }: { count: number; seed: number; keep?: boolean },
): Promise<void> {
  const rows = [];
  let isRight = true;
  for (let done = 0; done < count; done += KILLS_PER_DAEMON) {
    const plan = { kills: Math.min(KILLS_PER_DAEMON, count - done), seed: seed + done, lanes: 24, freeLanes: 8 };
    const daemon = await DaemonProcess.start({ config: { log: { sample: 0 } } });
    const found = account(await crashCampaign(daemon, plan));
    console.log(accountLine({ runtime: RUNTIME, kills: plan.kills, seed: plan.seed }, found));
    rows.push({ ...plan, ...found });
    const { lost, twice, disorder, foreign, waiting } = found;
    isRight &&= [...lost, ...twice, ...disorder, ...foreign].length + waiting === 0;
    await daemon.end();
  }
  if (keep) keepProof("crash", `npm run prove -- crash --count ${count} --seed ${seed}`, { count, seed, rows });
  process.exitCode = isRight ? 0 : 1;
}
