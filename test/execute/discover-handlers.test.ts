import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { discoverHandlers } from "../../src/execute/discover-handlers.ts";
import type { DeclarationFault } from "../../src/execute/protocol.ts";
import { tempFolder } from "../support/temp-folder.ts";

const HOOKD = new URL("../../src/mod.ts", import.meta.url).href;
const HEAD = `import { defineHandler, Type } from ${JSON.stringify(HOOKD)};\n`;

/** A folder of handler files; each begins with the import of hookd, in line 1. */
function folder(files: Record<string, string>): string {
  const root = join(tempFolder(), "handlers");
  mkdirSync(root);
  writeFileSync(join(root, "..", "package.json"), '{"type":"module"}');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), HEAD + text);
  }
  return root;
}

async function faultsOf(files: Record<string, string>, importTimeoutMs = 20_000): Promise<DeclarationFault[]> {
  const found = await discoverHandlers(folder(files), { importTimeoutMs });
  return found.kind === "faulty" ? found.faults : [];
}

const well = (event: string) => `export default defineHandler({ event: "${event}", run() {} });\n`;

describe("discoverHandlers", () => {
  it("collects what all files declare, TypeScript and JavaScript, in order", async () => {
    const dir = folder({
      "b.mjs": well("b.*"),
      "a/a.ts": `interface Unused { a: string }
export default defineHandler({
  event: ["a.one", "a.two"],
  schema: Type.Object({ id: Type.String() }),
  retry: { attempts: 2, base: "10ms" },
  timeout: "1s",
  run: (event) => event.data.id,
});
`,
    });
    const found = await discoverHandlers(dir);
    assert.equal(found.kind, "ok", JSON.stringify(found));
    if (found.kind !== "ok") return;
    assert.equal(found.handlers.files.length, 2);
    assert.deepEqual(found.table.entries, [
      {
        file: 0,
        fileName: join("a", "a.ts"),
        events: ["a.one", "a.two"],
        schema: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
        retry: { attempts: 2, baseMs: 10 },
        timeoutMs: 1_000,
      },
      { file: 1, fileName: "b.mjs", events: ["b.*"], retry: {} },
    ]);
    assert.equal(found.table.match("b.c")?.fileName, "b.mjs");
  });

  it("takes an empty folder, and reports a missing one", async () => {
    const empty = await discoverHandlers(folder({}));
    assert.equal(empty.kind === "ok" && empty.handlers.files.length, 0);
    const missing = join(tempFolder(), "nowhere");
    assert.deepEqual(await discoverHandlers(missing), {
      kind: "faulty",
      faults: [{
        file: missing,
        message: "cannot be read as a handler folder (ENOENT); make it, or name another as `handlers` in hookd.yaml",
      }],
    });
  });

  it("names files by their folder, also when that is reached by a link", async () => {
    const dir = folder({ "sub/a.ts": "export default 1;" });
    const link = join(tempFolder(), "link");
    symlinkSync(dir, link);
    const found = await discoverHandlers(link);
    assert.deepEqual(found.kind === "faulty" && found.faults.map(({ file }) => file), [join("sub", "a.ts")]);
  });

  const cases: [what: string, file: string, text: string, line: number, message: RegExp][] = [
    ["a syntax error", "a.ts", "const a = 1;\nconst b = = 2;\n", 3, /^SyntaxError: /],
    ["a syntax error in JavaScript", "a.mjs", "const a = 1;\nconst b = = 2;\n", 3, /^SyntaxError: /],
    ["a throw", "a.ts", "type A = string;\n\nthrow new TypeError('not here');\n", 4, /^TypeError: not here$/],
    ["a throw in a function", "a.ts", "f();\nfunction f() {\n  throw new Error('deep');\n}\n", 4, /^Error: deep$/],
    ["a thrown value", "a.ts", "throw 'text';\n", 0, /^throws text$/],
    ["a missing file", "a.ts", 'import { a } from "./gone.ts";\na();\n', 2, /gone\.ts/],
    ["a missing package", "a.ts", '\nimport a from "no-such-package-here";\na();\n', 3, /no-such-package-here/],
    ["a missing export", "a.ts", `\nimport { nope } from ${JSON.stringify(HOOKD)};\nnope();\n`, 3, /'?nope'?/],
    ["no default export", "a.ts", "export const a = 1;\n", 1, /^has no default export$/],
    ["another default export", "a.ts", "\nexport default { event: 'a' };\n", 3, /that defineHandler did not make$/],
    ["no run", "a.ts", "export default defineHandler({ event: 'a' } as never);\n", 2, /without a run function$/],
    [
      "a bad event",
      "a.ts",
      "export default defineHandler({\n  event: 'a b',\n  run() {} });\n",
      3,
      /^event "a b" is no pattern/,
    ],
    [
      "a bad timeout",
      "a.ts",
      "export default defineHandler({\n event: 'a',\n timeout: '1 s',\n run() {} });\n",
      4,
      /^timeout is "1 s"/,
    ],
    [
      "a bad retry",
      "a.ts",
      "export default defineHandler({\n event: 'a',\n retry: { attempts: 0 },\n run() {} });\n",
      4,
      /^retry\.attempts is 0/,
    ],
    [
      "a schema that does not compile",
      "a.ts",
      'export default defineHandler({\n  event: "a",\n  schema: Type.String({ pattern: "(" }),\n  run() {},\n});\n',
      4,
      /^schema does not compile: /,
    ],
    [
      "a schema that is code",
      "a.ts",
      'export default defineHandler({\n  event: "a",\n  schema: Type.Refine(Type.String(), () => true),\n  run() {},\n});\n',
      4,
      /^schema uses Refine/,
    ],
    [
      "an exit",
      "a.ts",
      'import process from "node:process";\n\nprocess.exit(4);\n' + well("a"),
      4,
      /^calls process\.exit\(4\) when it is imported$/,
    ],
    [
      "an endless wait",
      "a.ts",
      "await new Promise(() => setInterval(() => {}, 1_000));\n" + well("a"),
      0,
      /^is not imported after 3000 ms$/,
    ],
    [
      "an endless loop",
      "a.ts",
      "for (let i = 0; i >= 0; i += 1e-9);\n" + well("a"),
      0,
      /^is not imported after 3000 ms$/,
    ],
  ];
  for (const [what, file, text, line, message] of cases) {
    it(`reports ${what}, with file and line, and goes on to the next file`, async () => {
      const faults = await faultsOf({ [file]: text, "z.ts": "export default 1;\n" }, 3_000);
      assert.equal(faults.length, 2, JSON.stringify(faults));
      assert.deepEqual([faults[0]?.file, faults[0]?.line ?? 0], [file, line]);
      assert.match(faults[0]?.message ?? "", message);
      assert.deepEqual([faults[1]?.file, faults[1]?.line], ["z.ts", 2]);
    });
  }

  it("reports a rejection that nobody awaits, on the file that caused it", async () => {
    const faults = await faultsOf({
      "a.ts": well("a") + "\nvoid Promise.reject(new Error('unheard'));\n",
      "b.ts": well("b"),
    });
    assert.deepEqual(faults.map(({ file, line }) => [file, line]), [["a.ts", 4]]);
    assert.match(faults[0]?.message ?? "", /unheard/);
  });

  it("reports two files that declare one pattern, naming both", async () => {
    const faults = await faultsOf({ "a.ts": well("x"), "b.ts": well("x") });
    assert.deepEqual(faults, [{ file: "b.ts", message: 'declares "x", which a.ts declares too' }]);
  });
});
