/**
 * Campaigns that try to make hookd lose an event: long, seeded, with exact accounting. Short forms of them run with the tests.
 *
 *   npm run prove -- sim --count 100000 --seed 1 --keep
 *   npm run prove -- crash --count 1000 --seed 1 --keep
 *   npm run prove -- mutants
 */
import process from "node:process";
import { Command, InvalidArgumentError, Option } from "commander";
import { newSeed } from "../../src/cli/seeded-random.ts";
import { proveCrashes } from "./crash.ts";
import { MUTANTS } from "./mutant-list.ts";
import { proveMutants } from "./mutants.ts";
import { proveSimulation } from "./simulation.ts";

const program = new Command("prove").description("Campaigns that try to make hookd lose an event");

program.command("sim")
  .description("whole stories on a fake clock and a disk that fails: power cuts, kills, failed writes and syncs")
  .option("--count <n>", "how many stories", whole, 1000)
  .option("--seed <n>", "of the first story", whole, newSeed())
  .option("--jobs <n>", "processes at a time", whole, 2)
  .option("--keep", "write the result under docs/proof")
  .action(proveSimulation);

program.command("crash")
  .description("SIGKILL of a real daemon at random moments while senders press on")
  .option("--count <n>", "how many kills", whole, 100)
  .option("--seed <n>", "of the plan", whole, newSeed())
  .option("--keep", "write the result under docs/proof")
  .action(proveCrashes);

program.command("mutants")
  .description("daemons that were broken on purpose: the simulation has to catch each of them")
  .option("--count <n>", "stories for each", whole, 300)
  .option("--seed <n>", "of the first story", whole, 1)
  .addOption(new Option("--only <name>", "one of them").choices(MUTANTS.map(({ name }) => name)))
  .option("--keep", "write the result under docs/proof")
  .action(proveMutants);

await program.parseAsync(process.argv);

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}
