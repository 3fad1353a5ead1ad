/** `hookd check`: every fault in the configuration and in the handlers at once. */
import type { Command } from "commander";
import { CONFIG_FILE } from "./admin-target.ts";
import { ExitCode } from "./exit-code.ts";
import { examples } from "./listing.ts";
import type { Needs } from "./needs.ts";
import { cleanText } from "./terminal.ts";

export function registerCheck(program: Command, needs: Needs): void {
  program.command("check")
    .description("every fault in config and handlers at once, with its place and what was expected")
    .option("--config <file>", "configuration", CONFIG_FILE)
    .option("--dev", "as `serve --dev` would take it: a secret that is not set is no fault")
    .option("--json", 'one JSON document: {"faults":[...],"warnings":[...]}')
    .addHelpText("after", examples("hookd check", "hookd check --config /etc/hookd/hookd.yaml --json"))
    .action((options: { config: string; dev?: boolean; json?: boolean }) => check(options, needs));
}

async function check(
  { config, dev = false, json = false }: { config: string; dev?: boolean; json?: boolean },
  { checkProject, terminal: { out } }: Needs,
): Promise<void> {
  const { faults, warnings } = await checkProject(config, { dev });
  if (json) await out.write(`${JSON.stringify({ faults, warnings })}\n`);
  else {
    // The place comes first on the line, as editors and terminals that make links of places expect.
    for (const fault of faults) await out.write(`${out.paint("red", cleanText(fault))}\n`);
    for (const warning of warnings) await out.write(`${out.paint("yellow", `${cleanText(warning)} (warning)`)}\n`);
    await out.write(
      `${count(faults.length, "fault")}, ${count(warnings.length, "warning")} in ${config} and its handlers\n`,
    );
  }
  if (faults.length > 0) throw new ExitCode(2);
}

/** As a sentence has it: "no warnings", "1 warning", "2 warnings". */
export function count(number: number, noun: string): string {
  return `${number === 0 ? "no" : number} ${noun}${number === 1 ? "" : "s"}`;
}
