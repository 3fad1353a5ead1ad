import assert from "node:assert/strict";
import { test } from "node:test";
import { printRecord } from "../../src/cli/record.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

async function print(record: Record<string, unknown>, { json = false, isTTY = true } = {}) {
  const needs = recordedNeeds({}, { isTTY });
  await printRecord(record, { json }, needs);
  return needs.out();
}

test("flat values stand first, lists and objects below under their names", async () => {
  const out = await print({
    id: "a",
    data: { x: 1 },
    attempts: [{ n: 1, error: null }, { n: 2, error: { code: "E" } }],
    n: 0,
  });
  assert.equal(
    out,
    'id  a\nn   0\n\ndata\n  {\n    "x": 1\n  }\n\nattempts\n  n  error\n  1\n  2  {"code":"E"}\n',
  );
});

test("in a list, failures are told in words, and come last since they may be long", async () => {
  const attempts = [{ n: 1, error: { code: "E", message: "no\nstock" }, next: "soon" }, { n: 2, error: null }];
  assert.equal(await print({ attempts }), "\nattempts\n  n  next  error\n  1  soon  E: no\\nstock\n  2\n");
});

test("headers look like headers", async () => {
  assert.equal(await print({ headers: [["A", "1"], ["B", "x: y"]] }), "\nheaders\n  A: 1\n  B: x: y\n");
});

test("a body is shown line by line, its control characters harmless, and not a second time in Base64", async () => {
  assert.equal(await print({ body: "a\n\x1b[2J", body_base64: "x" }), "\nbody\n  a\n  \\x1b[2J\n");
});

test("a body that is no text is shown in Base64", async () => {
  assert.equal(await print({ body: null, body_base64: "/w==" }), "body_base64  /w==\n");
});

test("into a pipe each field is one line, a structured one as JSON", async () => {
  assert.equal(
    await print({ id: "a", gone: null, body: "1\n2", list: [] }, { isTTY: false }),
    'id\ta\nbody\t"1\\n2"\nlist\t[]\n',
  );
});

test("as JSON nothing is left out", async () => {
  const record = { id: "a", gone: null, body: "b", body_base64: "Yg==" };
  assert.deepEqual(JSON.parse(await print(record, { json: true })), record);
});
