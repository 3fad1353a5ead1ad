import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { importHandler, NotAHandler } from "../../../src/execute/thread/load-handlers.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { ACTS } from "../a-pool.ts";

function file(text: string): string {
  const path = join(tempFolder(), "ä handler#1.mjs");
  writeFileSync(path, text);
  return path;
}

describe("importHandler", () => {
  it("gives the handler of a file", async () => {
    assert.equal((await importHandler(ACTS)).event, "act.*");
  });

  it("takes a handler that another copy of hookd made, from a path with any characters", async () => {
    const handler = await importHandler(
      file(`export default { event: "a", run() {}, [Symbol.for("hookd.handler")]: true };`),
    );
    assert.equal(handler.event, "a");
  });

  const bad: [text: string, message: RegExp][] = [
    ["export const handler = 1;", /has no default export/],
    ["export default { event: 'a', run() {} };", /that defineHandler did not make/],
    ["export default undefined;", /that defineHandler did not make/],
    ["export default { event: 'a', run: 1, [Symbol.for('hookd.handler')]: true };", /without a run function/],
  ];
  for (const [text, message] of bad) {
    it(`refuses ${text}`, async () => {
      await assert.rejects(
        importHandler(file(text)),
        (error) => error instanceof NotAHandler && message.test(error.message),
      );
    });
  }
});
