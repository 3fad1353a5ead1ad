import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { loadingOf, workerEntry } from "../../../src/execute/worker-entry.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const MODULE = new URL("../../../src/execute/thread/stripped-modules.ts", import.meta.url).href;
const STRIPPER = new URL("../../../src/execute/thread/stripper.ts", import.meta.url).href;
// Deno has no such modules, and no need of them.
const skip = process.versions["deno"] !== undefined;

interface Told {
  result?: unknown;
  /** What was thrown: its name and message, and the frame on top. */
  thrown?: string[];
  sources: string[];
}

/** Imports `a.ts` of these files in a thread that is started as a thread of the build is. */
async function told(files: Record<string, string>): Promise<Told & { folder: string }> {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const code = `import { parentPort } from "node:worker_threads";
const { StrippedModules } = await import(${JSON.stringify(MODULE)});
const { loadStripper } = await import(${JSON.stringify(STRIPPER)});
const modules = new StrippedModules(new Map(), await loadStripper());
const tell = (what) => parentPort.postMessage({ ...what, sources: [...modules.sources.keys()] });
try {
  const { default: run } = await modules.import(${JSON.stringify(pathToFileURL(join(folder, "a.ts")).href)});
  tell({ result: await run() });
} catch (error) {
  tell({ thrown: [error.name, error.message, String(error.stack).split("\\n")[1] ?? ""] });
}`;
  // The sources under test are TypeScript themselves, which the threads of the build are spared.
  const flags = ["stripped", loadingOf(["a.ts"])] as const;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    execArgv: flags.flatMap((loading) => workerEntry("../execute/thread/declare", loading).execArgv ?? []),
  });
  const message = await new Promise<Told>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  await worker.terminate();
  return { ...message, folder };
}

describe("StrippedModules", { skip }, () => {
  it("runs TypeScript that imports TypeScript, JavaScript, JSON and node, each once", async () => {
    const { result, thrown } = await told({
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
    const { thrown, folder } = await told({
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
    const { sources, folder } = await told({
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
      const { thrown } = await told({ "a.ts": text, "b.ts": "export interface A { a: string }\n" });
      assert.notEqual(thrown, undefined);
    });
  }
});
