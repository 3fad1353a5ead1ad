import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { listHandlerFiles } from "../../src/execute/list-handler-files.ts";
import { tempFolder } from "../support/temp-folder.ts";

function folder(...files: string[]): string {
  const root = tempFolder();
  for (const file of files) {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), "");
  }
  return root;
}

describe("listHandlerFiles", () => {
  it("lists the four kinds of files of the folder and its subfolders, sorted", () => {
    const root = folder("z.ts", "a/b/c.mts", "a/a.js", "b.mjs");
    const listed = listHandlerFiles(root);
    assert.deepEqual(listed.files, ["a/a.js", "a/b/c.mts", "b.mjs", "z.ts"].map((file) => join(listed.root, file)));
    assert.deepEqual(listed.faults, []);
  });

  it("leaves out what is no handler", () => {
    const root = folder("a.d.ts", "b.d.mts", "c.cjs", "d.json", "_e.ts", ".f.ts", "_g/h.ts", ".i/j.ts");
    writeFileSync(join(root, "README.md"), "");
    mkdirSync(join(root, "node_modules"));
    writeFileSync(join(root, "node_modules", "k.ts"), "");
    assert.deepEqual(listHandlerFiles(root).files, []);
  });

  it("finds an empty folder fine, and a missing one or a file in its place a fault", () => {
    assert.deepEqual(listHandlerFiles(folder()).faults, []);
    const missing = listHandlerFiles(join(folder(), "nowhere"));
    assert.match(missing.faults[0]?.message ?? "", /cannot be read as a handler folder \(ENOENT\)/);
    const file = listHandlerFiles(join(folder("a.ts"), "a.ts"));
    assert.match(file.faults[0]?.message ?? "", /cannot be read as a handler folder \(ENOTDIR\)/);
  });

  it("follows a link within the folder once, and takes one that leads out of it for a fault", () => {
    const root = folder("real.ts");
    const outside = folder("secret.ts");
    symlinkSync(join(root, "real.ts"), join(root, "same.ts"));
    symlinkSync(join(outside, "secret.ts"), join(root, "out.ts"));
    symlinkSync(join(root, "gone"), join(root, "broken.ts"));
    const { files, faults } = listHandlerFiles(root);
    assert.equal(files.length, 1);
    assert.deepEqual(faults.sort((a, b) => a.file.localeCompare(b.file)), [
      { file: "broken.ts", message: "cannot be read (ENOENT)" },
      { file: "out.ts", message: "is a link that leads out of the handler folder" },
    ]);
  });
});
