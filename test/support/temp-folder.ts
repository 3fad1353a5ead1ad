/** A folder that goes away with the test process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const folders: string[] = [];
process.once("exit", () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "hookd-test-"));
  folders.push(folder);
  return folder;
}
