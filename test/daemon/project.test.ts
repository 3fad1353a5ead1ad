import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readProject, requireProject } from "../../src/daemon/project.ts";
import { aProjectFolder, aSourceInYaml } from "../support/a-project-folder.ts";

const SECRET = "a secret that is long enough";

describe("a project", () => {
  it("is read as a whole", async () => {
    const project = await requireProject(aProjectFolder(aSourceInYaml()), { devSecret: SECRET });
    assert.deepEqual(project.config.sources.map(({ name }) => name), ["a"]);
    assert.ok(project.routes.byPath.has("/a"));
    assert.deepEqual(project.handlerFolder.files, []);
  });

  it("takes a secret that is made once the data directory is known", async () => {
    const file = aProjectFolder(aSourceInYaml());
    const { config } = await requireProject(file, { devSecret: (dataDir) => Promise.resolve(`made in ${dataDir}`) });
    assert.deepEqual(config.sources.map(({ secrets }) => secrets), [[`made in ${config.dataDir}`]]);
  });

  it("tells the faults of sources with their place, together with those of handlers", async () => {
    const file = aProjectFolder(aSourceInYaml("    order: nonsense:x\n"), { "a.mjs": "export default 1;\n" });
    const reading = await readProject(file, { devSecret: SECRET });
    assert.equal(reading.kind, "faulty");
    assert.equal(reading.kind === "faulty" && reading.code, "ERR_CONFIG_INVALID");
    const faults = reading.kind === "faulty" ? reading.faults : [];
    assert.equal(faults.length, 2);
    assert.match(faults[0]!, /hookd\.yaml:6:\d+: sources\.a\.order: /);
    assert.match(faults[1]!, /handlers\/a\.mjs:1: /);
  });

  it("that is faulty is one error with all of it", async () => {
    await assert.rejects(
      requireProject(aProjectFolder(aSourceInYaml(), { "a.mjs": "export default 1;\n" }), { devSecret: SECRET }),
      {
        code: "ERR_HANDLER_INVALID",
        message: /a\.mjs:1/,
      },
    );
  });
});

it("a type that a source names and no handler takes is a warning with its place", async () => {
  const yaml = aSourceInYaml("    types: ['user.*', user.created, user.craeted]\n");
  const hookd = JSON.stringify(new URL("../../src/mod.ts", import.meta.url).href);
  const handler = `import { defineHandler } from ${hookd};\n`;
  const file = aProjectFolder(yaml, {
    "a.ts": `${handler}export default defineHandler({ event: "user.created", run() {} });\n`,
  });
  const { warnings } = await requireProject(file, { devSecret: SECRET });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /hookd\.yaml:6:\d+: sources\.a\.types\[2\]: no handler takes "user\.craeted"/);
});
