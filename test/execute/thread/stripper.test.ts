import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { loadStripper } from "../../../src/execute/thread/stripper.ts";
import { tempFolder } from "../../support/temp-folder.ts";

function fileOf(text: string): string {
  const file = join(tempFolder(), "a.ts");
  writeFileSync(file, text);
  return pathToFileURL(file).href;
}

it("puts blanks in the place of types", async () => {
  const strip = await loadStripper();
  assert.equal(strip(fileOf("let a: number = 1;\n")), "let a         = 1;\n");
});

it("throws where more than types is to go, and where the file is broken", async () => {
  const strip = await loadStripper();
  for (const text of ["enum A { B }\n", "let a: = 1;\n"]) assert.throws(() => strip(fileOf(text)));
});
