import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { machineFindings } from "../../src/cli/doctor-machine.ts";
import { aConfig } from "../support/a-config.ts";
import { tempFolder } from "../support/temp-folder.ts";

const NOW = Date.parse("2026-11-24T00:00:00Z");

async function find(check: string, over: { dataDir?: string; connectionsMax?: number; now?: number } = {}) {
  const base = aConfig({ dataDir: over.dataDir ?? tempFolder() });
  const config = { ...base, limits: { ...base.limits, connectionsMax: over.connectionsMax ?? 1 } };
  const findings = await machineFindings({ config, now: () => over.now ?? NOW });
  return findings.find((finding) => finding.check === check)!;
}

describe("the data directory", () => {
  it("is fine when it is hookd's alone, and when it is still to be made", async () => {
    const folder = tempFolder();
    chmodSync(folder, 0o700);
    assert.deepEqual(await find("data directory", { dataDir: folder }), {
      check: "data directory",
      state: "ok",
      found: folder,
    });
    assert.match((await find("data directory", { dataDir: join(folder, "a/b") })).found, /a\/b will be made$/);
  });

  it("that others can read is a warning with the command that mends it", async () => {
    const folder = join(tempFolder(), "open");
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    const { state, found, fix } = await find("data directory", { dataDir: folder });
    assert.equal(state, "warning");
    assert.match(found, /mode 755/);
    assert.equal(fix, `chmod 700 ${folder}`);
  });
});

describe("the disk", () => {
  it("is timed by syncs, and nothing is left behind", async () => {
    const folder = tempFolder();
    const { state, found } = await find("disk sync", { dataDir: folder });
    assert.notEqual(state, "fault");
    assert.match(found, /^\d+\.\d\d ms a sync \(median of 16\)$/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("has room or not", async () => {
    assert.match((await find("disk space")).found, /^\d+\.\d GB free \(\d+ %\)$/);
  });
});

it("a clock before this version was made is a fault", async () => {
  assert.equal((await find("clock")).state, "ok");
  const { state, found } = await find("clock", { now: Date.parse("1970-01-02T00:00:00Z") });
  assert.equal(state, "fault");
  assert.match(found, /^1970-01-02T00:00:00\.000Z, before/);
});

it("a limit of open files below what connections may take is a warning with the number", async () => {
  const { state, found, fix } = await find("open files", { connectionsMax: 100_000_000 });
  if (found === "no limit is told") return;
  assert.equal(state, "warning");
  assert.match(fix ?? "", /ulimit -n 100000200/);
});
