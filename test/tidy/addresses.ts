/** No file names a package registry or a folder of the machine that it was written on. */
import { lineAt } from "./code-text.ts";
import type { SourceFile } from "./source-tree.ts";

// Put together from parts, so that this file passes its own rule.
const REGISTRY = new RegExp(["registry", "npmjs|yarnpkg"].map((part) => `(?:${part})`).join(String.raw`\.`), "g");
const MACHINE = new RegExp(String.raw`(?<![\w.~@/-])/(?:${["work", "root"].join("|")})(?=/|\s|["'])`, "g");

export function addressFaults(files: readonly SourceFile[]): string[] {
  return files.filter(({ path }) => !path.startsWith("test/vectors/")).flatMap(({ path, text }) =>
    [REGISTRY, MACHINE].flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match) => `${path}:${lineAt(text, match.index)}: names "${match[0]}"`)
    )
  );
}
