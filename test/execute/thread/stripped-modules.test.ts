import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { imported } from "./imported.ts";

// Deno has no such modules, and no need of them.
const skip = process.versions["deno"] !== undefined;

describe("StrippedModules", { skip }, () => {
  it("runs TypeScript that imports TypeScript, JavaScript, JSON and node, each once", async () => {
    const { result, thrown } = await imported("stripped", {
      "a.ts": `import { join } from "node:path";
import { count } from "./lib/b.ts";
import { word } from "./c.mjs";
import data from "./d.json" with { type: "json" };
import "./lib/again.js";
export default (): unknown => [join("x", "y"), count.value, word, data, import.meta.filename?.endsWith("a.ts")];
`,
      "lib/b.ts":
        "export const count: { value: number } = { value: 0 };\nawait Promise.resolve();\ncount.value += 1;\n",
      "lib/again.ts": 'import { count } from "./b.ts";\ncount.value += 10;\n',
      "c.mjs": 'export const word = "word";\n',
      "d.json": '{"d":1}',
    });
    assert.deepEqual([result, thrown], [[join("x", "y"), 11, "word", { d: 1 }, true], undefined]);
  });

  it("keeps lines and columns, and names the file that the author wrote", async () => {
    const { thrown, folder } = await imported("stripped", {
      "a.ts": `interface A {
  b: string;
}
export default (a?: A): never => {
  throw new TypeError(\`no \${a}\`);
};
`,
    });
    assert.deepEqual(thrown?.slice(0, 2), ["TypeError", "no undefined"]);
    assert.ok(thrown?.[2]?.includes(`${pathToFileURL(join(folder, "a.ts")).href}:5:9`), thrown?.[2]);
  });

  it("gives the JavaScript of each TypeScript file for the threads to come", async () => {
    const { sources, folder } = await imported("stripped", {
      "a.ts": 'import { b } from "./b.ts";\nexport default () => b;\n',
      "b.ts": "export const b = 1 as number;\n",
    });
    assert.deepEqual(sources.sort(), ["a.ts", "b.ts"].map((name) => pathToFileURL(join(folder, name)).href));
  });

  const heavier: [what: string, text: string][] = [
    ["an enum", "enum A { B }\nexport default () => A.B;\n"],
    ["an import at run time", 'export default () => import("./b.ts");\n'],
    ["a require", 'import { createRequire } from "node:module";\nexport default createRequire;\n'],
    ["a type imported as a value", 'import { A } from "./b.ts";\nexport default (a: A) => a;\n'],
  ];
  for (const [what, text] of heavier) {
    it(`rejects ${what}, so that tsx is asked`, async () => {
      const { thrown } = await imported("stripped", { "a.ts": text, "b.ts": "export interface A { a: string }\n" });
      assert.notEqual(thrown, undefined);
    });
  }
});
