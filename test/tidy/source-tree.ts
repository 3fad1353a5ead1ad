/** The repository as the tidy rules see it: every file that we wrote, by its path. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface SourceFile {
  /** From the root, with forward slashes. */
  path: string;
  /** Empty for a picture or the like. */
  text: string;
}

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folders that hold what others wrote or what is made: never read. */
const SKIPPED = new Set([".git", "node_modules", "dist", "data"]);
/** Files that are text. */
const WRITTEN =
  /\.(ts|mjs|js|json|md|lock|yaml|yml|html|css|service|sh)$|^\.ci\/run$|Dockerfile$|\.npmrc$|\.gitignore$/;

/** Reads the whole tree, sorted by path. */
export function readTree(): SourceFile[] {
  return pathsBelow("").sort()
    .map((path) => ({ path, text: WRITTEN.test(path) ? readFileSync(join(ROOT, path), "utf8") : "" }));
}

function pathsBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : pathsBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
