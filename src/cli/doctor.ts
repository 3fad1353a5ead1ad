/** `hookd doctor`: what on this machine would make hookd slow, deaf or forgetful, and what to do about it. */
import type { Command } from "commander";
import { type AdminOptions, CONFIG_FILE, withAdmin, withAdminOptions } from "./admin-target.ts";
import { count } from "./check.ts";
import { daemonFindings } from "./doctor-daemon.ts";
import { type Finding, machineFindings } from "./doctor-machine.ts";
import { ExitCode } from "./exit-code.ts";
import { examples } from "./listing.ts";
import type { Needs } from "./needs.ts";
import { type Column, renderTable } from "./table.ts";
import type { Colour } from "./terminal.ts";

export function registerDoctor(program: Command, needs: Needs): void {
  withAdminOptions(
    program.command("doctor")
      .description("looks at config, data directory, disk, clock, file limits and the running daemon"),
  )
    .option("--json", "one JSON document: a list of {check, state, found, fix}")
    .addHelpText("after", `${examples("hookd doctor", "hookd doctor --json")}\nExit code 1 when something is a fault.`)
    .action((options: AdminOptions & { json?: boolean }) => doctor(options, needs));
}

async function doctor(options: AdminOptions & { json?: boolean }, needs: Needs): Promise<void> {
  const findings = await findingsOf(options, needs);
  const { out } = needs.terminal;
  if (options.json) await out.write(`${JSON.stringify(findings)}\n`);
  else await out.write(renderTable(findings, COLUMNS, out));
  if (findings.some(({ state }) => state === "fault")) throw new ExitCode(1);
}

async function findingsOf(options: AdminOptions, needs: Needs): Promise<Finding[]> {
  const file = options.config ?? CONFIG_FILE;
  const { faults, warnings } = await needs.checkProject(file, { dev: true });
  const fix = `hookd check --config ${file}`;
  if (faults.length > 0) {
    return [{
      check: "config and handlers",
      state: "fault",
      found: `${count(faults.length, "fault")}: ${faults[0]}`,
      fix,
    }];
  }
  const config = await needs.loadConfig(file, { devSecret: "unset" });
  const checked: Finding = warnings.length === 0 ? { check: "config and handlers", state: "ok", found: file } : {
    check: "config and handlers",
    state: "warning",
    found: `${count(warnings.length, "warning")}: ${warnings[0]}`,
    fix,
  };
  const sources = config.sources.map(({ name, secrets, notAfter }) => ({ name, secrets: secrets.length, notAfter }));
  const asked = await withAdmin(
    { ...options, config: file },
    needs,
    (client) => daemonFindings({ client, sources, now: Date.now }),
  );
  return [checked, ...await machineFindings({ config, now: Date.now }), ...asked];
}

const COLOUR: Record<Finding["state"], Colour> = { ok: "green", warning: "yellow", fault: "red" };

const COLUMNS: readonly Column<Finding>[] = [
  { title: "CHECK", cell: ({ check }) => check },
  { title: "STATE", cell: ({ state }) => state, colour: ({ state }) => COLOUR[state] },
  { title: "FOUND", cell: ({ found, fix }) => fix === undefined ? found : `${found}. To mend: ${fix}` },
];
