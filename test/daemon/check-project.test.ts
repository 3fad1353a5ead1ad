import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { checkProject } from "../../src/daemon/check-project.ts";
import { aProjectFolder, aSourceInYaml } from "../support/a-project-folder.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("hookd check", () => {
  it("finds nothing wrong with a project that is right", async () => {
    assert.deepEqual(await checkProject(aProjectFolder(aSourceInYaml()), { dev: true }), { faults: [], warnings: [] });
  });

  it("without --dev misses a secret that is not set", async () => {
    const { faults } = await checkProject(aProjectFolder(aSourceInYaml()), { dev: false });
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, /HOOKD_TEST_UNSET/);
  });

  it("says what to do about a file that is not there", async () => {
    const { faults } = await checkProject(join(tempFolder(), "nothing.yaml"), { dev: false });
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, /--config/);
  });
});
