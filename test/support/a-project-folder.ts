/** A project in a folder of its own: hookd.yaml with a handler folder beside it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "./temp-folder.ts";

/** Writes `yaml` behind the line that names the handler folder; returns the path of hookd.yaml. */
export function aProjectFolder(yaml: string, handlers: Record<string, string> = {}): string {
  const folder = tempFolder();
  mkdirSync(join(folder, "handlers"));
  for (const [name, text] of Object.entries(handlers)) writeFileSync(join(folder, "handlers", name), text);
  writeFileSync(join(folder, "hookd.yaml"), `handlers: ./handlers\n${yaml}`);
  return join(folder, "hookd.yaml");
}

/** One source, whose secret is in a variable that is not set. */
export function aSourceInYaml(more = ""): string {
  return `sources:\n  a:\n    path: /a\n    verify: { secrets: ["\${env:HOOKD_TEST_UNSET}"] }\n${more}`;
}
