/**
 * The gates that a change passes before it lands: `npm run check`, or some of them by name, as in
 * `node tools/check.mjs types lint`. All of them run, also after one has failed, so that one run tells all.
 * The tools come from packages of their own (tools/ and test/runtimes/), installed here on first use, so
 * that running hookd never fetches a linter. `--fix` mends what a gate can mend by itself.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import process from "node:process";

const root = fileURLToPath(new URL("..", import.meta.url));
const fix = process.argv.includes("--fix");
const asked = process.argv.slice(2).filter((word) => word !== "--fix");

/** Each gate is one command. `home` is the package that brings its tool, unless hookd itself does. */
const gates = {
  types: { run: ["node", "node_modules/typescript/bin/tsc"] },
  lint: {
    home: "tools",
    run: ["node", "tools/node_modules/oxlint/bin/oxlint", "--type-aware", "--report-unused-disable-directives"],
    fix: ["--fix"],
    env: { OXLINT_TSGOLINT_PATH: `${root}tools/node_modules/.bin/tsgolint` },
  },
  format: {
    home: "test/runtimes",
    run: ["node", "test/runtimes/node_modules/deno/bin.cjs", "fmt", ...(fix ? [] : ["--check"])],
    // Deno colours its report also where nobody can see colours.
    env: process.stdout.isTTY ? {} : { NO_COLOR: "1" },
  },
  unused: { home: "tools", run: ["node", "tools/node_modules/knip/bin/knip.js", "--no-progress"] },
  tidy: { run: ["node", "test/run.mjs", "test/tidy"] },
};

const unknown = asked.filter((name) => !(name in gates));
if (unknown.length > 0) {
  console.error(`No such gate: ${unknown.join(", ")}. There are: ${Object.keys(gates).join(", ")}`);
  process.exit(2);
}

const failed = [];
for (const [name, gate] of Object.entries(gates)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const started = performance.now();
  const passed = installed(gate.home) && execute([...gate.run, ...(fix ? gate.fix ?? [] : [])], gate.env);
  if (!passed) failed.push(name);
  console.log(`${passed ? "ok    " : "FAILED"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
if (failed.length > 0) {
  console.error(`check: ${failed.join(", ")} failed`);
  process.exitCode = 1;
}

/** Whether the package's tools are there and not older than its lockfile; installs them otherwise. */
function installed(home) {
  if (home === undefined) return true;
  const marker = `${root}${home}/node_modules/.package-lock.json`;
  const fresh = existsSync(marker) && statSync(marker).mtimeMs >= statSync(`${root}${home}/package-lock.json`).mtimeMs;
  if (fresh) return true;
  console.log(`Installing the tools of ${home}/ ...`);
  if (execute(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", home])) return true;
  console.error(`Cannot install the tools of ${home}/: run "npm ci --ignore-scripts" there, then check again`);
  return false;
}

function execute([command, ...args], env = {}) {
  const { status } = spawnSync(command === "node" ? process.execPath : command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
    // npm is a script on Windows, which only a shell can start.
    shell: command === "npm" && process.platform === "win32",
  });
  return status === 0;
}
