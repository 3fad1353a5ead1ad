import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../../src/config/config-faults.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { HookdError } from "../../src/errors.ts";
import { faultsOf, loadText, withSource } from "../support/a-config-file.ts";
import { tempFolder } from "../support/temp-folder.ts";

const presets = ["hookd", "github", "stripe", "standard"];

describe("the shipped hookd.yaml", () => {
  const load = () => loadConfig("hookd.yaml", { presets, env: {}, devSecret: "made-at-start" });

  it("runs with nothing but a dev secret, without a fault or a warning", async () => {
    const { config, warnings } = await load();
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      config.sources.map(({ path, mode }) => [path.replace("/webhooks/", ""), mode]),
      [
        ["events", "sync"],
        ["users", "sync"],
        ["orders", "sync"],
        ["receive", "sync"],
        ["async", "queue"],
        ["tasks", "task"],
        ["receive-with-dlq", "sender-retry"],
        ["sync", "sync"],
        ["ack", "ack"],
        ["with-status", "status"],
      ],
    );
    assert.deepEqual(config.disabled.map(({ path }) => path), [
      "/webhooks/github",
      "/webhooks/stripe",
      "/webhooks/standard",
    ]);
  });

  it("writes out the defaults and no other settings, apart from its sources", async () => {
    const { config: { sources: _, disabled: __, ...shipped } } = await load();
    const least = await loadText(withSource());
    const { sources: ___, disabled: ____, ...defaults } = least.config;
    const here = { dataDir: shipped.dataDir, handlersDir: shipped.handlersDir };
    assert.deepEqual(shipped, { ...defaults, ...here });
  });

  it("refuses to start without a secret, and names the variable and each source", async () => {
    const text = readFileSync("hookd.yaml", "utf8");
    const faults = await faultsOf(text, { env: {} });
    assert.equal(faults.length, 10);
    assert.match(faults[0] ?? "", /sources\.events\.verify\.secrets\[0\]: expected environment variable HOOKD_SECRET/);
  });

  it("turns GitHub on with its secret, under all of the preset's own defaults", async () => {
    const { config } = await loadConfig("hookd.yaml", {
      presets,
      env: { HOOKD_GITHUB_SECRET: "its-secret" },
      devSecret: "made-at-start",
    });
    const github = config.sources.find(({ name }) => name === "github");
    assert.deepEqual(github?.secrets, ["its-secret"]);
    assert.deepEqual([github?.preset, github?.type, github?.key, github?.changedBody], [
      "github",
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("tells editors where its schema is", () => {
    assert.match(readFileSync("hookd.yaml", "utf8"), /^# yaml-language-server: \$schema=\.\/hookd\.schema\.json\n/);
  });
});

describe("a config file", () => {
  it("is read from the disk, its secrets from beside it and from the environment", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "keys"));
    writeFileSync(join(folder, "keys", "a"), "from-a-file\n");
    writeFileSync(
      join(folder, "h.yaml"),
      'sources: { a: { path: /a, verify: { secrets: ["${file:keys/a}", "${env:PATH}"] } } }',
    );
    const { config } = await loadConfig(join(folder, "h.yaml"), { presets });
    assert.deepEqual(config.sources[0]?.secrets, ["from-a-file", process.env["PATH"]]);
    assert.equal(config.dataDir, join(folder, "data"));
  });

  it("may be JSON", async () => {
    const file = { sources: { a: { path: "/a", verify: { secrets: ["${env:SECRET}"] } } } };
    assert.equal((await loadText(JSON.stringify(file))).config.sources.length, 1);
  });

  it("that is not there is ERR_CONFIG_UNREADABLE", async () => {
    const file = join(tempFolder(), "none.yaml");
    await assert.rejects(loadConfig(file, { presets }), {
      code: "ERR_CONFIG_UNREADABLE",
      message: `Cannot read the config file ${file}: no such file`,
    });
  });

  it("that is a folder is ERR_CONFIG_UNREADABLE", async () => {
    await assert.rejects(loadConfig(tempFolder(), { presets }), { code: "ERR_CONFIG_UNREADABLE", message: /EISDIR/ });
  });

  const refused: [name: string, content: Uint8Array, fault: string][] = [
    [
      "is longer than 1 MB",
      Buffer.alloc(1024 * 1024 + 1, "#"),
      "hookd.yaml:1:1: expected at most 1 MB of text, found more",
    ],
    ["is no UTF-8", Buffer.from([0x61, 0xff]), "hookd.yaml:1:1: expected UTF-8 text, found other bytes"],
  ];
  for (const [name, content, fault] of refused) {
    it(`that ${name} is refused`, async () => assert.deepEqual(await faultsOf(content), [fault]));
  }

  it("of 1 MB is read", async () => {
    const text = withSource();
    assert.deepEqual(await faultsOf(text + "#".repeat(1024 * 1024 - Buffer.byteLength(text))), []);
  });
});

describe("all faults", () => {
  const text = `lissten: x
pool: { threads: 0, timeout: 30 }
log: { level: inof }
log: { level: info }
sources:
  Bad Name: {}
  one: { path: /x, mode: snyc, verify: { preset: githb, secrets: ["\${env:NONE}"] } }
  two: { path: /x, verify: { secrets: ["\${NONE}"] } }
`;

  it("of all kinds are told at once, in the order of the file", async () => {
    assert.deepEqual(await faultsOf(text), [
      'hookd.yaml:1:1: expected a known key, found the key "lissten"; did you mean "listen"?',
      "hookd.yaml:2:18: pool.threads: expected a whole number from 1 to 256, found 0 (number)",
      'hookd.yaml:2:30: pool.timeout: expected a duration from 1ms to 24d, such as 30s, found 30 (number); did you mean "30s"?',
      'hookd.yaml:3:15: log.level: expected one of "debug", "info", "warn", "error", found "inof" (string); did you mean "info"?',
      'hookd.yaml:4:1: expected each key once, found the key "log" again',
      'hookd.yaml:6:3: sources: expected a name of at most 64 characters: a-z, 0-9, _ and -, the first a letter or digit, found the key "Bad Name"',
      'hookd.yaml:7:26: sources.one.mode: expected one of "sync", "queue", "task", "ack", "status", "sender-retry", found "snyc" (string); did you mean "sync"?',
      'hookd.yaml:7:50: sources.one.verify.preset: expected a known preset, found "githb" (string); did you mean "github"?',
      "hookd.yaml:7:67: sources.one.verify.secrets[0]: expected environment variable NONE to hold a secret, found it unset; set it, start with --dev, or mark the source `optional: true`",
      'hookd.yaml:8:16: sources.two.path: expected a path of its own, found the path of source "one"',
      "hookd.yaml:8:40: sources.two.verify.secrets[0]: expected exactly one ${env:NAME} or ${file:path}, found another text around it",
    ]);
  });

  it("come as data, too", async () => {
    const error = await loadText(text).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ConfigError && error instanceof HookdError);
    assert.equal(error.faults.length, 11);
    assert.deepEqual(error.faults[3], {
      line: 3,
      column: 15,
      path: "log.level",
      expected: 'one of "debug", "info", "warn", "error"',
      found: '"inof" (string)',
      hint: 'did you mean "info"?',
    });
  });
});

describe("a later check", () => {
  it("finds the place of what it blames", async () => {
    const { locate } = await loadText(withSource("", "    type: jsn:/x\n    schema: { type: objekt }"));
    assert.deepEqual(locate(["sources", "events", "type"]), { line: 6, column: 11 });
    assert.deepEqual(locate(["sources", "events", "schema", "type"]), { line: 7, column: 21 });
    assert.deepEqual(locate(["sources", "events", "order"]), { line: 3, column: 3 });
  });
});

describe("no secret is told", () => {
  const canary = "C4n4ry-0123456789-abcdefghij";
  const set = 'verify: { secrets: ["${env:LEAK}"] }';

  /** Refuses the text, in which `secret` and the variable's value stand, without a part of them. */
  async function keeps(text: string, secret: string): Promise<void> {
    const world = { env: { LEAK: secret }, files: { "/etc/hookd/leak": secret } };
    const error = await loadText(text, world).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ConfigError, "it is refused");
    const told = `${error.message}\n${error.stack}\n${error.hint}\n${JSON.stringify(error.faults)}`;
    for (const part of secret.split("-")) assert.ok(!told.includes(part), error.message);
  }

  const where: ((secret: string) => string)[] = [
    () => `sources: { a: { path: a, ${set} } }`,
    () => `sources: { a: { path: /webhooks/status, ${set} } }\npool: 1`,
    (s) => `sources: { a: { path: /a, verify: { preset: x, secrets: ["\${env:LEAK}", "\${file:leak}", "${s}"] } } }`,
    (s) => `sources: { a: { path: /a, verify: { preset: x, secrets: ${s} } } }`,
    (s) => `sources: { a: { path: /a, verify: { preset: x, secrets: { ${s}: x } } } }`,
    (s) => `sources: { a: { path: /a, verify: { preset: x, secrets: [[${s}], { ${s}: ${s} }] } } }`,
    (s) => `sources: { a: { path: /a, verify: { preset: x, secrets: ["${s}\${env:LEAK}"] } } }`,
    (s) => `sources: { a: { path: /a, verify: { preset: x, secret: ${s} } } }`,
    (s) => `sources: { a: { path: /a, verify: ${s} } }`,
    (s) => `sources: { a: { path: /a, verify: [${s}] } }`,
    (s) => `admin: { token: ["${s}"] }`,
    (s) => `admin: { token: "${s}\${env:LEAK}" }`,
    (s) => `admin: { tokn: "${s}" }`,
    (s) => `admin: ${s}`,
    (s) => `public_url: "https://u:${s}@h"`,
    (s) => `sources: { a: { path: /a, verify: { secrets: ["${s}, ] } } }`,
    (s) => `sources: { a: { path: /a, verify: { secrets: [*${s}] } } }`,
    (s) => `sources: { a: { path: /a, verify: { secrets: [!${s} x] } } }`,
    (s) => `sources:\n  a:\n   verify:\n     secrets:\n     - a\n    ${s}`,
  ];
  for (const secret of [canary, "C4n-a7y"]) {
    for (const text of where) it(text(secret), () => keeps(text(secret), secret));
  }

  const elsewhere = [
    `sources: { a: { path: /a, verify: { preset: x, ${canary}: ${canary} } } }`,
    `sources: { a: { path: /a, verify: { preset: ${canary} } } }`,
    `sources: { a: { path: /a, verify: { tolerance: ${canary} } } }`,
    `sources: { a: ${canary} }`,
    `sources: ${canary}`,
    `data: [${canary}]`,
    `${canary}: x`,
    canary,
    `[${canary}]`,
  ];
  for (const text of elsewhere) it(`of the usual length, where none belongs: ${text}`, () => keeps(text, canary));

  it("in a warning either", async () => {
    const text =
      `admin: { token: ${canary} }\nsources: { a: { path: /a, verify: { secrets: [${canary}, "\${env:NONE}"] } } }`;
    const { warnings } = await loadText(text);
    assert.equal(warnings.length, 3);
    assert.ok(!JSON.stringify(warnings).includes("C4n4ry"));
  });
});

describe("whatever the file holds", () => {
  it("it is loaded or refused with a HookdError, and at least one fault", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: "binary" }), anyFile(), mutatedFile()), async (text) => {
        try {
          const { config } = await loadText(text);
          assert.ok(config.sources.length + config.disabled.length > 0);
        } catch (error) {
          assert.ok(error instanceof HookdError, String(error));
          assert.equal(error.code, "ERR_CONFIG_INVALID");
          assert.match(error.message, /:\d+:\d+: .*expected .+, found .+/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** JSON of the right keys and of any values. */
function anyFile(): fc.Arbitrary<string> {
  const names = [
    "listen",
    "admin",
    "pool",
    "retry",
    "limits",
    "sources",
    "path",
    "verify",
    "secrets",
    "__proto__",
    "mode",
    "schema",
  ];
  const key = fc.oneof(fc.constantFrom(...names), fc.string());
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom("30s", "1MB", "/a", "${env:SECRET}", "${file:x}", "x:1"));
  const mapping = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 5 },
      value,
      fc.dictionary(key, tie("node"), { maxKeys: 6 }),
      fc.array(tie("node"), { maxLength: 3 }),
    ),
  })).node;
  return fc.dictionary(key, mapping).map((file) => JSON.stringify(file));
}

/** The shipped file with a few of its characters replaced. */
function mutatedFile(): fc.Arbitrary<string> {
  const shipped = readFileSync("hookd.yaml", "utf8");
  const edit = fc.tuple(
    fc.nat(shipped.length),
    fc.nat(8),
    fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom(": ", "\n", "- ", "*a", "&a ", "\t")),
  );
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => (
    edits.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), shipped)
  ));
}
