import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { packageVersion } from "../src/version.ts";

it("the version is the package's", () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  assert.equal(packageVersion(), version);
});
