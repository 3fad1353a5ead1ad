import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { imported } from "./imported.ts";

// Only for a Node that runs TypeScript itself.
const skip = process.versions["deno"] !== undefined || !(process.features as { typescript?: unknown }).typescript;

function urls(folder: string, ...names: string[]): string[] {
  return names.map((name) => pathToFileURL(join(folder, name)).href);
}

describe("hookLoader", { skip }, () => {
  it("gives the JavaScript of each TypeScript module, whether or not a package.json calls it one", async () => {
    const { result, sources, folder } = await imported("hooked", {
      "a.ts": `import { b } from "./b.mts";
import { c } from "./lib/c.ts";
import { d } from "./d.mjs";
export default async (): Promise<unknown> => [b, c, d, (await import("./e.ts")).e];
`,
      "b.mts": "export const b: number = 1;\n",
      "lib/package.json": '{"type":"module"}',
      "lib/c.ts": "export const c = 2 as number;\n",
      "d.mjs": "export const d = 3;\n",
      "e.ts": "export const e: number = 4;\n",
    });
    assert.deepEqual(result, [1, 2, 3, 4]);
    assert.deepEqual(sources.sort(), urls(folder, "a.ts", "b.mts", "e.ts", "lib/c.ts"));
  });

  it("leaves CommonJS to Node, also where only the code tells", async () => {
    const { result, sources, folder } = await imported("hooked", {
      "a.ts": 'import b from "./b.ts";\nimport c from "./c.cts";\nexport default () => [b, c] as unknown;\n',
      "b.ts": "module.exports = 1 as number;\n",
      "c.cts": "module.exports = 2 as number;\n",
    });
    assert.deepEqual([result, sources], [[1, 2], urls(folder, "a.ts")]);
  });

  it("leaves the TypeScript of packages to Node, which refuses it", async () => {
    const { thrown, sources, folder } = await imported("hooked", {
      "a.ts": 'import { b } from "b";\nexport default () => b;\n',
      "node_modules/b/package.json": '{"type":"module","exports":"./b.ts"}',
      "node_modules/b/b.ts": "export const b: number = 1;\n",
    });
    assert.match(thrown?.[1] ?? "", /node_modules/);
    assert.deepEqual(sources, urls(folder, "a.ts"));
  });

  it("keeps lines and columns, and names the file that the author wrote", async () => {
    const { thrown, folder } = await imported("hooked", {
      "a.ts":
        "interface A {\n  b: string;\n}\nexport default (a?: A): never => {\n  throw new TypeError(`no ${a}`);\n};\n",
    });
    assert.deepEqual(thrown?.slice(0, 2), ["TypeError", "no undefined"]);
    assert.ok(thrown?.[2]?.includes(`${urls(folder, "a.ts")[0]}:5:9`), thrown?.[2]);
  });

  it("leaves what it cannot strip to Node, which says so in its own words", async () => {
    const { thrown, sources } = await imported("hooked", { "a.ts": "enum A { B }\nexport default () => A.B;\n" });
    assert.match(thrown?.[1] ?? "", /enum is not supported/);
    assert.deepEqual(sources, []);
  });
});
