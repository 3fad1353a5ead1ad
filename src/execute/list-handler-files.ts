/** Which files of the handler folder are handlers: decided here once, at start, never by a request. */
import { readdirSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { systemCode } from "../errors.ts";
import type { DeclarationFault } from "./protocol.ts";

export interface HandlerFiles {
  /** The folder, without symbolic links. */
  root: string;
  /** Absolute, without symbolic links, sorted. */
  files: string[];
  faults: DeclarationFault[];
}

/**
 * All .ts, .mts, .js and .mjs files of `dir` and its subfolders; not .d.ts, and not what begins with `_` or `.`
 * or lies in node_modules. A link that leads out of the folder is a fault.
 */
export function listHandlerFiles(dir: string): HandlerFiles {
  const found: HandlerFiles = { root: dir, files: [], faults: [] };
  try {
    found.root = realpathSync(dir);
    visit(found.root, found);
  } catch (error) {
    found.faults.push({
      file: dir,
      message: `cannot be read as a handler folder (${
        systemCode(error)
      }); make it, or name another as \`handlers\` in hookd.yaml`,
    });
  }
  found.files = [...new Set(found.files)].sort();
  return found;
}

const HANDLER_FILE = /\.m?[tj]s$/;
const DECLARATION_FILE = /\.d\.m?ts$/;

function visit(folder: string, found: HandlerFiles): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (/^[._]/.test(entry.name) || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) visit(path, found);
    else if (HANDLER_FILE.test(entry.name) && !DECLARATION_FILE.test(entry.name)) take(path, found);
  }
}

function take(path: string, found: HandlerFiles): void {
  try {
    const real = realpathSync(path);
    if (real.startsWith(found.root + sep)) found.files.push(real);
    else {found.faults.push({
        file: relative(found.root, path),
        message: "is a link that leads out of the handler folder",
      });}
  } catch (error) {
    found.faults.push({ file: relative(found.root, path), message: `cannot be read (${systemCode(error)})` });
  }
}
