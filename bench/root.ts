/** Where the package lies: from here benches find what is not built (the Lua script, results) beside what is (dist). */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder with `package.json`, from `bench/` as from `dist/bench/`. */
export const ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  const parent = dirname(folder);
  if (existsSync(join(parent, "package-lock.json"))) return parent;
  if (parent === folder) throw new Error("The benches run from a checkout of hookd only");
  return rootAbove(parent);
}
