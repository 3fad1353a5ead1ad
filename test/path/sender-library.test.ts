/** `createSender` of `hookd/testing` as its docstring shows it, against a daemon that runs. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { SECRET } from "../support/daemon-process.ts";
import { startShipped } from "../support/shipped-daemon.ts";
import { tempFolder } from "../support/temp-folder.ts";

const SENDER = new URL("../../src/sender/sender.ts", import.meta.url);
const TESTING = new URL("../../src/testing.ts", import.meta.url);

test("the example in the docstring of createSender does what it says", async () => {
  const daemon = await startShipped();
  const example = /```ts\n([\s\S]*?) \* ```/.exec(readFileSync(SENDER, "utf8"))?.[1]?.replaceAll(/^ \* ?/gm, "");
  assert.ok(example !== undefined);
  const places = {
    "hookd/testing": TESTING.href,
    "http://127.0.0.1:8080": daemon.publicUrl,
    "the secret of this source": SECRET,
  };
  let code = example;
  for (const [text, real] of Object.entries(places)) {
    assert.equal(code.split(text).length, 2, text);
    code = code.replace(text, real);
  }
  const file = join(tempFolder(), "example.mts");
  writeFileSync(file, code);
  // Its own assertions make it fail.
  await import(pathToFileURL(file).href);
  const { body } = await daemon.admin("/stats");
  assert.deepEqual(body.events_by_type, { "users.created": 2 });
  await daemon.end();
});
