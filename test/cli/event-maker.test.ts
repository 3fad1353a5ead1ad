import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { eventMaker, type EventOptions } from "../../src/cli/event-maker.ts";
import { aSource } from "../support/a-config.ts";
import { tempFolder } from "../support/temp-folder.ts";

const made = (options: EventOptions, number = 1, source = aSource()) => eventMaker("a", options, { source })(number);

test("nothing but the type makes an event with example data and a key of its own", () => {
  assert.deepEqual(made({}), { type: "a", data: { message: "Hello from hookd send" } });
});

test("keys and headers carry the number of the event wherever they say {n}", () => {
  const options = { data: "1", key: "k-{n}", order: "o-{n}-{n}", header: { "X-N": "{n}" } };
  assert.deepEqual(made(options, 12), {
    type: "a",
    data: Buffer.from("1"),
    key: "k-12",
    orderingKey: "o-12-12",
    headers: { "X-N": "12" },
  });
});

test("--no-key is no key at all", () => assert.equal(made({ key: false }).key, null));

test("data is what the option or the file holds, to the byte", () => {
  const file = join(tempFolder(), "data.json");
  writeFileSync(file, '{ "n": 1.0 }\n');
  assert.deepEqual(made({ data: '{ "n": 1.0 }' }).data, Buffer.from('{ "n": 1.0 }'));
  assert.deepEqual(made({ data: `@${file}` }).data, Buffer.from('{ "n": 1.0 }\n'));
});

test("what is not JSON is sent to a source that takes text, and to no other", () => {
  assert.deepEqual(made({ data: "plain" }, 1, aSource({ data: "body" })).data, Buffer.from("plain"));
  assert.throws(() => made({ data: "plain" }), { code: "ERR_USAGE", message: /text of --data is not JSON/ });
});

test("a file that is not there is wrong usage", () => {
  assert.throws(() => made({ data: "@/nowhere.json" }), { code: "ERR_USAGE", message: /Cannot read .*ENOENT/ });
});
