/**
 * Runs the test files under the runtime that runs this script (Node or Deno), so that a Node 20 without
 * globs, a Node 24 and a Deno all run the same list. `test/run.mjs settle accept/verify` runs those whose
 * path contains one of the words. The last line is `N passed, N failed`, counted the same way on each.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const words = process.argv.slice(2);
const files = readdirSync("test", { recursive: true })
  .map((file) => `test/${String(file).replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts") && !file.includes("/node_modules/"))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`No test file matches: ${words.join(" ")}`);
  process.exit(1);
}

/**
 * Tests that block a thread on purpose. Deno cannot end a blocked thread: it would take a core from all tests
 * after it, so there each of these files has a process of its own, which does end.
 */
const BLOCKING = /^test\/execute\/(crew|discover-handlers|handler-pool)\.test\.ts$/;
/** A test that hangs is ended, in ms; far above the longest campaign. */
const TIMEOUT_MS = 900_000;
const BUNDLES = 16;

const isDeno = "Deno" in globalThis;
const groups = isDeno
  ? [files.filter((file) => !BLOCKING.test(file)), ...files.filter((file) => BLOCKING.test(file)).map((file) => [file])]
  : [files];
const total = { passed: 0, failed: 0, skipped: 0 };
for (const group of groups) {
  if (group.length === 0) continue;
  const { passed, failed, skipped } = await run(group);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** Runs files in one process of the runtime's own runner. */
async function run(group) {
  const folder = mkdtempSync(join(tmpdir(), "hookd-run-"));
  const report = join(folder, "report.xml");
  const paths = isDeno ? group : bundled(group, folder);
  const args = isDeno ? ["test", "-A", "--parallel", "--no-check", "--quiet", `--junit-path=${report}`] : [
    "--import",
    "tsx",
    "--test",
    `--test-timeout=${TIMEOUT_MS}`,
    // Node would leave one core idle, which is half of a machine with two.
    `--test-concurrency=${availableParallelism()}`,
    ...reporter("spec", "stdout"),
    ...reporter("junit", report),
  ];
  const child = spawn(process.execPath, [...args, ...paths], { stdio: "inherit" });
  const code = await new Promise((resolve) => child.on("exit", resolve));
  const tallied = tally(readOr(report, ""));
  rmSync(folder, { recursive: true, force: true });
  // A file that cannot even be loaded has no test that could fail.
  return code === 0 ? tallied : { ...tallied, failed: Math.max(tallied.failed, 1) };
}

/**
 * Node gives each file a process, of which a second goes into tsx alone: many files share one, as they do on Deno. Each
 * bundle has some of every folder, so that none takes much longer than the others.
 */
function bundled(group, folder) {
  if (group.length <= BUNDLES) return group;
  return Array.from({ length: BUNDLES }, (_, number) => {
    const path = join(folder, `bundle-${number}.test.mjs`);
    const urls = group.filter((_, index) => index % BUNDLES === number).map((file) => pathToFileURL(file).href);
    writeFileSync(path, bundleOf(urls));
    return path;
  });
}

/**
 * No test begins before all files are loaded: a file may wait for a daemon before it has any test, and Node would take
 * the tests of the files before it for all there are, and stop what they all share.
 */
function bundleOf(urls) {
  return `import { before } from "node:test";
const loaded = (async () => {
  for (const url of ${JSON.stringify(urls)}) await import(url);
})();
before(() => loaded);
await loaded;
`;
}

function reporter(name, destination) {
  return [`--test-reporter=${name}`, `--test-reporter-destination=${destination}`];
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise;
  }
}

/** Counts the tests of a JUnit report. Deno also lists each `describe` as a test, next to the `it`s in it. */
function tally(xml) {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g)]
    .map(([, name, inside = ""]) => ({ name, inside }));
  const parents = new Set(cases.map(({ name }) => name.split(" &gt; ").slice(0, -1).join(" &gt; ")));
  const leaves = cases.filter(({ name }) => !parents.has(name));
  const failed = leaves.filter(({ inside }) => inside.includes("<failure")).length;
  const skipped = leaves.filter(({ inside }) => inside.includes("<skipped")).length;
  return { passed: leaves.length - failed - skipped, failed, skipped };
}
