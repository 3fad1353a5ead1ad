import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { sharesOf } from "../../../bench/profile/shares.ts";
import { tempFolder } from "../../support/temp-folder.ts";

/** A node of a profile, as V8 gives it. */
function node(id: number, functionName: string, { url = "", hits = 0, children = [] as number[] } = {}) {
  const callFrame = { functionName, url, scriptId: "0", lineNumber: 0, columnNumber: 0 };
  return { id, callFrame, hitCount: hits, children };
}

describe("sharesOf", () => {
  it("counts a builtin for the room that called it, a binding of Node as native, and not the idle time", () => {
    const shares = sharesOf({
      startTime: 0,
      endTime: 1,
      nodes: [
        node(1, "(root)", { children: [2, 3, 4, 5] }),
        node(2, "(idle)", { hits: 1000 }),
        node(3, "(garbage collector)", { hits: 1 }),
        node(4, "onParserExecute", { url: "node:_http_server", hits: 2, children: [6, 7] }),
        node(5, "(program)", { hits: 1 }),
        node(6, "writeUtf8String", { hits: 3 }),
        node(7, "take", { url: "file:///hookd/src/accept/take.ts", hits: 1, children: [8] }),
        node(8, "JSON.stringify", { hits: 2 }),
      ],
    });
    assert.deepEqual(Object.fromEntries(shares), {
      "garbage collection": 0.1,
      "JavaScript of Node": 0.2,
      "native code and system calls": 0.4,
      "src/accept": 0.3,
    });
  });

  it("finds the room of bundled code by its source map", () => {
    const folder = join(tempFolder(), "dist");
    mkdirSync(folder);
    const file = join(folder, "chunk.js");
    writeFileSync(file, "a();\n");
    writeFileSync(`${file}.map`, JSON.stringify({ version: 3, sources: ["../src/store/a.ts"], mappings: "AAAA" }));
    const nodes = [node(1, "(root)", { children: [2] }), node(2, "a", { url: pathToFileURL(file).href, hits: 1 })];
    assert.deepEqual([...sharesOf({ startTime: 0, endTime: 1, nodes })], [["src/store", 1]]);
  });
});
