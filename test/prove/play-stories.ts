/** `play-stories.ts FIRST COUNT [until-first]`: plays the stories of so many seeds; a line for each violation, then the counts. */
import process from "node:process";
import { violationsOf } from "../sim/judge.ts";
import { simulate } from "../sim/simulate.ts";
import { addCounts, noCounts } from "../sim/story-counts.ts";

const [first = 0, count = 0] = process.argv.slice(2).map(Number);
const untilFirst = process.argv[4] === "until-first";
const counts = noCounts();
for (let seed = first; seed < first + count; seed++) {
  const story = await simulate(seed);
  const violations = violationsOf(story);
  for (const violation of violations) console.log(`seed ${seed}: ${violation}`);
  addCounts(counts, story);
  if (untilFirst && violations.length > 0) break;
}
console.log(JSON.stringify(counts));
