import assert from "node:assert/strict";
import { test } from "node:test";
import { runProgram } from "../../src/cli/program.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { jsonServer } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";
import { tempFolder } from "../support/temp-folder.ts";

function needsFor(faults: string[], over: { warnings?: string[]; isTTY?: boolean } = {}) {
  const config = aConfig({ dataDir: tempFolder(), sources: [aSource({ name: "in" })] });
  return recordedNeeds({
    checkProject: () => Promise.resolve({ faults, warnings: over.warnings ?? [] }),
    loadConfig: () => Promise.resolve(config),
  }, { isTTY: over.isTTY ?? false });
}

test("each thing that was looked at is a line, and a daemon that does not run is no fault", async () => {
  const needs = needsFor([]);
  assert.equal(await runProgram(["doctor", "--admin", "http://127.0.0.1:9"], needs), 0);
  const rows = needs.out().trimEnd().split("\n").map((line) => line.split("\t"));
  assert.deepEqual(rows.map(([check, state]) => `${check} ${state}`).slice(0, 4), [
    "config and handlers ok",
    "data directory ok",
    "disk space ok",
    "disk sync ok",
  ]);
  const daemon = rows.find(([check]) => check === "daemon");
  assert.equal(daemon?.[1], "warning");
  assert.match(daemon?.[2] ?? "", /got no answer.*To mend: Start the daemon/);
});

test("a faulty config is all that is told, with what shows the rest of it, exit 1", async () => {
  const needs = needsFor(["hookd.yaml:3:5: mode: expected sync", "another"]);
  assert.equal(await runProgram(["doctor", "--json"], needs), 1);
  assert.deepEqual(JSON.parse(needs.out()), [{
    check: "config and handlers",
    state: "fault",
    found: "2 faults: hookd.yaml:3:5: mode: expected sync",
    fix: "hookd check --config hookd.yaml",
  }]);
});

test("a running daemon is asked, and its secrets are told by number", async () => {
  const { url } = await jsonServer(({ url: path }) => {
    if (path === "/readyz") return { status: 200, body: { status: "ok", checks: {} } };
    if (path.startsWith("/dlq")) return { status: 200, body: { items: [], count: 3, next: null } };
    return { status: 200, body: 'hookd_secret_last_match_timestamp_seconds{source="in",key="0"} 1700000000\n' };
  });
  const needs = needsFor([], { warnings: ["a literal secret"] });
  assert.equal(await runProgram(["doctor", "--admin", url, "--json"], needs), 0);
  const found = Object.fromEntries(
    (JSON.parse(needs.out()) as { check: string; state: string; found: string }[])
      .map(({ check, state, found }) => [check, `${state}: ${found}`]),
  );
  assert.equal(found["config and handlers"], "warning: 1 warning: a literal secret");
  assert.equal(found["daemon"], "ok: ready");
  assert.equal(found["dead letters"], "warning: 3 open");
  assert.ok(!JSON.stringify(found).includes("a-shared-secret"));
});
