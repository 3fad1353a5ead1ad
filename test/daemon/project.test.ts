import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readProject, requireProject } from "../../src/daemon/project.ts";
import { tempFolder } from "../support/temp-folder.ts";

const SECRET = "a secret that is long enough";

function folderWith(yaml: string, handlers: Record<string, string> = {}): string {
  const folder = tempFolder();
  mkdirSync(join(folder, "handlers"));
  for (const [name, text] of Object.entries(handlers)) writeFileSync(join(folder, "handlers", name), text);
  writeFileSync(join(folder, "hookd.yaml"), `handlers: ./handlers\n${yaml}`);
  return join(folder, "hookd.yaml");
}

const source = (more = "") =>
  `sources:\n  a:\n    path: /a\n    verify: { secrets: ["${"$"}{env:HOOKD_TEST_UNSET}"] }\n${more}`;

describe("a project", () => {
  it("is read as a whole", async () => {
    const project = await requireProject(folderWith(source()), SECRET);
    assert.deepEqual(project.config.sources.map(({ name }) => name), ["a"]);
    assert.ok(project.routes.byPath.has("/a"));
    assert.deepEqual(project.handlerFiles, []);
  });

  it("tells the faults of sources with their place, together with those of handlers", async () => {
    const file = folderWith(source("    order: nonsense:x\n"), { "a.mjs": "export default 1;\n" });
    const reading = await readProject(file, SECRET);
    assert.equal(reading.kind, "faulty");
    assert.equal(reading.kind === "faulty" && reading.code, "ERR_CONFIG_INVALID");
    const faults = reading.kind === "faulty" ? reading.faults : [];
    assert.equal(faults.length, 2);
    assert.match(faults[0]!, /hookd\.yaml:6:\d+: sources\.a\.order: /);
    assert.match(faults[1]!, /handlers\/a\.mjs:1: /);
  });

  it("that is faulty is one error with all of it", async () => {
    await assert.rejects(requireProject(folderWith(source(), { "a.mjs": "export default 1;\n" }), SECRET), {
      code: "ERR_HANDLER_INVALID",
      message: /a\.mjs:1/,
    });
  });
});
