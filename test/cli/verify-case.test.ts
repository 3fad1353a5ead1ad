import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { type CapturedRecord, parseCapture } from "../../src/cli/captured-request.ts";
import { caseMaker, type CaseOptions } from "../../src/cli/verify-case.ts";
import type { Config } from "../../src/config.ts";
import { HookdError } from "../../src/errors.ts";
import { presetOf } from "../../src/presets/registry.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const billing = aSource({
  name: "billing",
  path: "/webhooks/billing",
  preset: "stripe",
  secrets: ["of-the-source", "an-old-one"],
  notAfter: [undefined, 5],
  toleranceMs: 7000,
  params: { webhook_id: "of-the-source" },
});
const acme = presetOf("github")!;
const config = aConfig({
  publicUrl: "https://hooks.example.com",
  sources: [billing, aSource({ name: "own", preset: "acme", secrets: ["own-secret"] })],
  presets: { acme } as Config["presets"],
});

const RECORD = {
  scheme: "github",
  secret: "of-the-record",
  url: "https://a.example/in?x=1",
  headers: {},
  now: 9,
  extras: { tolerance: 1, params: { a: "b", webhook_id: "w" } },
};

async function made(options: CaseOptions, record: unknown = RECORD, { env = {}, given = config } = {}) {
  const needs = recordedNeeds({ env, loadConfig: () => Promise.resolve(given) });
  const [parsed] = parseCapture(Buffer.from(JSON.stringify(record))).records;
  return await (await caseMaker({ ...options, ...(options.source && { config: "hookd.yaml" }) }, needs))(
    parsed as CapturedRecord,
  );
}

async function refused(options: CaseOptions, record: unknown = RECORD): Promise<string> {
  const error = await made(options, record).then(() => undefined, (error: unknown) => error);
  assert(error instanceof HookdError && error.code === "ERR_USAGE");
  return error.message;
}

test("alone, the record says it all", async () => {
  const found = await made({});
  assert.equal(found?.preset, presetOf("github"));
  assert.deepEqual([found?.secrets, found?.now, found?.toleranceMs, found?.url, found?.query], [
    ["of-the-record"],
    9000,
    1000,
    RECORD.url,
    "x=1",
  ]);
});

test("options go before the record", async () => {
  const found = await made({
    preset: "stripe",
    secret: ["one", "two"],
    now: 5,
    tolerance: 2000,
    url: "https://b.example/?y=2",
    param: { a: "c" },
  });
  assert.equal(found?.preset, presetOf("stripe"));
  assert.deepEqual([found?.secrets, found?.now, found?.toleranceMs, found?.url, found?.query], [
    ["one", "two"],
    5000,
    2000,
    "https://b.example/?y=2",
    "y=2",
  ]);
  assert.deepEqual(found?.params, { a: "c", webhook_id: "w" });
});

test("a source says how the daemon would take it: its preset, secrets, tolerance, params and URL", async () => {
  const found = await made({ source: "billing" });
  assert.equal(found?.preset, presetOf("stripe"));
  assert.deepEqual([found?.secrets, found?.notAfter], [["of-the-source", "an-old-one"], [undefined, 5]]);
  assert.deepEqual([found?.toleranceMs, found?.url], [7000, "https://hooks.example.com/webhooks/billing?x=1"]);
  assert.deepEqual(found?.params, { webhook_id: "of-the-source" });
  assert.deepEqual([found?.isOfSource, (await made({}))?.isOfSource], [true, false]);
});

test("without a public URL the daemon knows none, whatever the record says", async () => {
  const found = await made({ source: "billing" }, RECORD, { given: { ...config, publicUrl: undefined } });
  assert.equal(found?.url, undefined);
});

test("an option goes before the source too, and its secret always counts", async () => {
  const found = await made({ source: "billing", secret: ["mine"] });
  assert.deepEqual([found?.secrets, found?.notAfter], [["mine"], undefined]);
});

test("a preset of hookd.yaml's own is known by its source", async () => {
  assert.equal((await made({ source: "own" }))?.preset, acme);
});

test("a source whose secret is not set is verified with the one that serve --dev made", async () => {
  const dataDir = tempFolder();
  writeFileSync(join(dataDir, "dev-secret"), "made-by-dev\n");
  const needs = recordedNeeds({
    loadConfig: (_file, { devSecret }) =>
      Promise.resolve({ ...config, dataDir, sources: [{ ...billing, secrets: [devSecret] }] }),
  });
  const [record] = parseCapture(Buffer.from(JSON.stringify(RECORD))).records;
  const found = await (await caseMaker({ source: "billing", config: "hookd.yaml" }, needs))(record!);
  assert.deepEqual(found?.secrets, ["made-by-dev"]);
});

test("secrets come from the environment and from files, in options and in records", async () => {
  const file = join(tempFolder(), "secret");
  writeFileSync(file, "from-the-file\n");
  const env = { HOOK: "from-the-environment" };
  assert.deepEqual((await made({ secret: ["${env:HOOK}", `\${file:${file}}`] }, RECORD, { env }))?.secrets, [
    "from-the-environment",
    "from-the-file",
  ]);
  assert.deepEqual((await made({}, { ...RECORD, secret: "${env:HOOK}" }, { env }))?.secrets, ["from-the-environment"]);
});

test("without a time of its own, a request is looked at as of now", async () => {
  const before = Date.now();
  const found = await made({}, { ...RECORD, now: undefined });
  assert.ok(found!.now >= before && found!.now <= Date.now());
});

test("what is missing or unknown is wrong usage, told without a secret", async () => {
  assert.match(await refused({}, { headers: {}, secret: "canary" }), /has no `scheme`: give --preset/);
  assert.match(await refused({}, { name: "n", headers: {}, scheme: "github" }), /"n" has no `secret`: give --secret/);
  assert.match(await refused({ preset: "githib" }), /no preset "githib"; did you mean "github"\?/);
  assert.match(await refused({ preset: "zzzzzz" }), /no preset "zzzzzz"; presets: hookd, /);
  assert.match(await refused({ source: "biling" }), /no source "biling"; did you mean "billing"\?/);
  assert.match(await refused({ secret: ["${env:NOPE}"] }), /environment variable NOPE is unset/);
  assert.match(
    await refused({ secret: ["canary-${env:NOPE}"] }),
    /^A secret cannot be read: expected exactly one \$\{env:NAME\}/,
  );
});

test("a record of a preset that nobody knows makes nothing", async () => {
  assert.equal(await made({}, { ...RECORD, scheme: "zzzzzz" }), undefined);
});

test("a source needs a hookd.yaml to stand in", async () => {
  const needs = recordedNeeds({ loadConfig: () => Promise.reject(new Error("not asked")) });
  const folder = process.cwd();
  process.chdir(tempFolder());
  try {
    await assert.rejects(caseMaker({ source: "billing" }, needs), /There is no hookd\.yaml here to look up the source/);
  } finally {
    process.chdir(folder);
  }
});
