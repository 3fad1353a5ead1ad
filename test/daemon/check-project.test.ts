import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { checkProject } from "../../src/daemon/check-project.ts";
import { tempFolder } from "../support/temp-folder.ts";

function folderWith(yaml: string, handlers: Record<string, string> = {}): string {
  const folder = tempFolder();
  mkdirSync(join(folder, "handlers"));
  for (const [name, text] of Object.entries(handlers)) writeFileSync(join(folder, "handlers", name), text);
  writeFileSync(join(folder, "hookd.yaml"), `handlers: ./handlers\n${yaml}`);
  return join(folder, "hookd.yaml");
}

const source = (more = "") =>
  `sources:\n  a:\n    path: /a\n    verify: { secrets: ["${"$"}{env:HOOKD_TEST_UNSET}"] }\n${more}`;

describe("hookd check", () => {
  it("finds nothing wrong with a project that is right", async () => {
    assert.deepEqual(await checkProject(folderWith(source()), { dev: true }), { faults: [], warnings: [] });
  });

  it("without --dev misses a secret that is not set", async () => {
    const { faults } = await checkProject(folderWith(source()), { dev: false });
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, /HOOKD_TEST_UNSET/);
  });

  it("says what to do about a file that is not there", async () => {
    const { faults } = await checkProject(join(tempFolder(), "nothing.yaml"), { dev: false });
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, /--config/);
  });
});
