/** The simulation, thousands of stories in processes side by side. */
import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import { ROOT } from "../../bench/root.ts";
import { keepProof } from "./keep-proof.ts";
import { noCounts, type StoryCounts } from "../sim/story-counts.ts";

/** Stories that one process plays before it makes room for another. */
const STORIES_PER_PROCESS = 1000;

interface Options {
  count: number;
  seed: number;
  jobs: number;
  keep?: boolean;
}

export async function proveSimulation({ count, seed, jobs, keep }: Options): Promise<void> {
  const total = { ...noCounts(), stories: 0 };
  const violations: string[] = [];
  let next = seed;
  const work = async () => {
    while (next < seed + count) {
      const first = next;
      const stories = Math.min(STORIES_PER_PROCESS, seed + count - first);
      next = first + stories;
      const found = await playStories(first, stories);
      for (const [name, value] of Object.entries(found.counts)) total[name as keyof StoryCounts] += value;
      total.stories += stories;
      violations.push(...found.violations);
      console.log(`${total.stories} of ${count}: ${violations.length} violations`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  for (const line of violations) console.log(line);
  console.log(JSON.stringify({ ...total, violations: violations.length }));
  const command = `npm run prove -- sim --count ${count} --seed ${seed}`;
  if (keep) keepProof("simulation", command, { count, seed, ...total, violations });
  process.exitCode = violations.length > 0 ? 1 : 0;
}

/** In a process of its own, on this tree or on another. Each violation names its seed. */
export async function playStories(
  first: number,
  count: number,
  { folder = ROOT, untilFirst = false, withinMs = 1_800_000 } = {},
): Promise<{ counts: StoryCounts; violations: string[] }> {
  const args = [first, count, ...(untilFirst ? ["until-first"] : [])].map(String);
  const child = spawn(process.execPath, ["--import", "tsx", "test/prove/play-stories.ts", ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", untilFirst ? "ignore" : "inherit"],
    timeout: withinMs,
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const found = { counts: noCounts(), violations: [] as string[] };
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("{")) found.counts = JSON.parse(line) as StoryCounts;
    else found.violations.push(line);
  }
  const code = await ended;
  if (code !== 0) found.violations.push(`the process that played from seed ${first} ended with ${code}`);
  return found;
}
