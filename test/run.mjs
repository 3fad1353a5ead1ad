/**
 * Runs the test files under the runtime that runs this script (Node or Deno), so that a Node 20 without
 * globs, a Node 24 and a Deno all run the same list. `test/run.mjs settle accept/verify` runs those whose
 * path contains one of the words. The last line is `N passed, N failed`, counted the same way on each.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

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

const folder = mkdtempSync(join(tmpdir(), "hookd-run-"));
const report = join(folder, "report.xml");
const args = "Deno" in globalThis
  ? ["test", "-A", "--no-check", "--quiet", `--junit-path=${report}`]
  : ["--import", "tsx", "--test", ...reporter("spec", "stdout"), ...reporter("junit", report)];
spawn(process.execPath, [...args, ...files], { stdio: "inherit" }).on("exit", (code) => {
  const { passed, failed, skipped } = tally(readReport());
  rmSync(folder, { recursive: true, force: true });
  // A file that cannot even be loaded has no test that could fail.
  const faulty = code === 0 ? failed : Math.max(failed, 1);
  console.log(`\n${passed} passed, ${faulty} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  process.exitCode = code ?? 1;
});

function reporter(name, destination) {
  return [`--test-reporter=${name}`, `--test-reporter-destination=${destination}`];
}

function readReport() {
  try {
    return readFileSync(report, "utf8");
  } catch {
    return "";
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
