import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { createReadSecret, type SecretReading } from "../../src/config/read-secrets.ts";
import { faultsOf, loadText, type World } from "../support/a-config-file.ts";

/** One source with these secrets. */
function sourceWith(secrets: string, more = ""): string {
  return `sources:\n  a: { path: /a, verify: { secrets: ${secrets} }${more} }\n`;
}

async function secretsOf(secrets: string, world: World = {}): Promise<readonly string[] | undefined> {
  return (await loadText(sourceWith(secrets), world)).config.sources[0]?.secrets;
}

describe("a text that stands for a secret", () => {
  const files: Record<string, Uint8Array> = {
    "/etc/hookd/key": Buffer.from("s3cret\n"),
    "/etc/hookd/sub/key": Buffer.from("two\nlines\r\n"),
    "/abs/key": Buffer.from(" kept \n\n"),
    "/abs/empty": Buffer.from("\n"),
    "/abs/long": Buffer.alloc(64 * 1024 + 1, 97),
    "/abs/longest": Buffer.alloc(64 * 1024, 97),
    "/abs/bytes": Buffer.from([0xff, 0xfe]),
  };
  const read = createReadSecret({
    configFile: "/etc/hookd/hookd.yaml",
    env: { SECRET: "from env", EMPTY: "" },
    readFile: (path) => {
      const code = path === "/abs/closed" ? "EACCES" : "ENOENT";
      return files[path] === undefined
        ? Promise.reject(Object.assign(new Error("x"), { code }))
        : Promise.resolve(files[path]);
    },
  });
  const around = {
    kind: "faulty",
    expected: "exactly one ${env:NAME} or ${file:path}",
    found: "another text around it",
  } as const;
  const file = (path: string, found: string) => (
    { kind: "faulty", expected: `file "${path}" to hold a secret`, found } as const
  );
  const table: [text: string, reading: SecretReading][] = [
    ["${env:SECRET}", { kind: "ok", value: "from env" }],
    ["${env:UNSET}", { kind: "missing", where: "environment variable UNSET", state: "unset" }],
    ["${env:EMPTY}", { kind: "missing", where: "environment variable EMPTY", state: "empty" }],
    ["${env:constructor}", { kind: "missing", where: "environment variable constructor", state: "unset" }],
    ["${file:key}", { kind: "ok", value: "s3cret" }],
    ["${file:sub/key}", { kind: "ok", value: "two\nlines" }],
    ["${file:/abs/key}", { kind: "ok", value: " kept \n" }],
    ["${file:/abs/longest}", { kind: "ok", value: "a".repeat(64 * 1024) }],
    ["${file:/abs/empty}", { kind: "missing", where: 'file "/abs/empty"', state: "empty" }],
    ["${file:/abs/none}", { kind: "missing", where: 'file "/abs/none"', state: "absent" }],
    ["${file:/abs/closed}", file("/abs/closed", "it unreadable (EACCES)")],
    ["${file:/abs/long}", file("/abs/long", "more than 64 KB")],
    ["${file:/abs/bytes}", file("/abs/bytes", "bytes that are no UTF-8")],
    ["plain", { kind: "literal", value: "plain" }],
    ["$SECRET", { kind: "literal", value: "$SECRET" }],
    ["x${env:SECRET}", around],
    ["${env:SECRET}\n", around],
    ["${env:A}${env:B}", around],
    ["${SECRET}", around],
    ["${env:}", around],
    ["${env:A-B}", around],
    ["${file:}", around],
    ["${file:${env:A}}", around],
    ["${ENV:SECRET}", around],
  ];
  for (const [text, reading] of table) {
    it(JSON.stringify(text), async () => assert.deepEqual(await read(text), reading));
  }
});

describe("the secrets of a source", () => {
  it("are read in their order", async () => {
    const world = { env: { A: "1", B: "2" } };
    assert.deepEqual(await secretsOf('["${env:B}", "${env:A}"]', world), ["2", "1"]);
  });

  const unset = "it unset; set it, start with --dev, or mark the source `optional: true`";
  const table: [secrets: string, ...faults: string[]][] = [
    [
      '["${env:NONE}"]',
      `2:38: sources.a.verify.secrets[0]: expected environment variable NONE to hold a secret, found ${unset}`,
    ],
    [
      '["${env:NONE}", "${file:none}"]',
      `2:38: sources.a.verify.secrets[0]: expected environment variable NONE to hold a secret, found ${unset}`,
      `2:53: sources.a.verify.secrets[1]: expected file "none" to hold a secret, found ${
        unset.replace("unset", "absent")
      }`,
    ],
    [
      '["x ${env:SECRET}"]',
      "2:38: sources.a.verify.secrets[0]: expected exactly one ${env:NAME} or ${file:path}, found another text around it",
    ],
    [
      "[]",
      "2:28: sources.a.verify.secrets: expected a list of 1 to 8 secrets, each ${env:NAME} or ${file:path}, found an empty list",
    ],
    ["[1]", "2:38: sources.a.verify.secrets[0]: expected a secret: ${env:NAME} or ${file:path}, found a number"],
    ['[""]', "2:38: sources.a.verify.secrets[0]: expected a secret: ${env:NAME} or ${file:path}, found an empty text"],
    [
      "abc",
      "2:37: sources.a.verify.secrets: expected a list of 1 to 8 secrets, each ${env:NAME} or ${file:path}, found a text",
    ],
  ];
  for (const [secrets, ...faults] of table) {
    it(`${secrets} are refused`, async () => {
      assert.deepEqual(await faultsOf(sourceWith(secrets)), faults.map((fault) => `hookd.yaml:${fault}`));
    });
  }

  it("are demanded", async () => {
    assert.deepEqual(await faultsOf("sources:\n  a: { path: /a, verify: {} }"), [
      'hookd.yaml:2:18: sources.a.verify.secrets: expected at least one secret, found nothing; add one, such as secrets: ["${env:HOOKD_SECRET}"]',
    ]);
  });

  it("may be unset in an optional source, which is then off and says why", async () => {
    const { config, warnings } = await loadText(
      sourceWith('["${env:NONE}", "${file:none}"]', ", optional: true") +
        "  b: { path: /b, verify: {}, optional: true }",
    );
    assert.deepEqual(config.sources, []);
    assert.deepEqual(warnings, []);
    assert.deepEqual(config.disabled, [
      { name: "a", path: "/a", reason: 'environment variable NONE is unset, file "none" is absent' },
      { name: "b", path: "/b", reason: "it names no secret" },
    ]);
  });

  it("are no excuse for a malformed reference in an optional source", async () => {
    assert.equal((await faultsOf(sourceWith('["${NONE}"]', ", optional: true"))).length, 1);
  });

  it("that are unset beside set ones are left out, with a warning", async () => {
    const { config, warnings } = await loadText(sourceWith('["${env:NONE}", "${env:SECRET}"]'));
    assert.deepEqual(config.sources[0]?.secrets, ["the-value-of-the-variable"]);
    assert.deepEqual(warnings, [{
      line: 2,
      column: 38,
      path: "sources.a.verify.secrets[0]",
      expected: "environment variable NONE to hold a secret",
      found: "it unset",
      hint: "the source runs with its other secrets",
    }]);
  });

  it("may stand in the file, with a warning that does not repeat them", async () => {
    const { config, warnings } = await loadText(sourceWith('["literal-secret"]'));
    assert.deepEqual(config.sources[0]?.secrets, ["literal-secret"]);
    assert.deepEqual(warnings, [{
      line: 2,
      column: 38,
      path: "sources.a.verify.secrets[0]",
      expected: "${env:NAME} or ${file:path}",
      found: "the secret itself",
    }]);
  });
});

describe("the dev secret", () => {
  const dev = { devSecret: "made-at-start" };

  it("stands in where a source has no secret", async () => {
    assert.deepEqual(await secretsOf('["${env:NONE}", "${file:none}"]', dev), ["made-at-start"]);
    const { config } = await loadText("sources:\n  a: { path: /a, verify: {} }", dev);
    assert.deepEqual(config.sources[0]?.secrets, ["made-at-start"]);
  });

  it("leaves a secret alone that is set", async () => {
    assert.deepEqual(await secretsOf('["${env:SECRET}"]', dev), ["the-value-of-the-variable"]);
  });

  it("turns no optional source on, and excuses no malformed reference", async () => {
    const { config } = await loadText(sourceWith('["${env:NONE}"]', ", optional: true"), dev);
    assert.deepEqual(config.disabled.map(({ name }) => name), ["a"]);
    assert.equal((await faultsOf(sourceWith('["${NONE}"]'), dev)).length, 1);
  });
});

describe("the admin token", () => {
  const admin = (text: string) => `admin: ${text}\n${sourceWith('["${env:SECRET}"]')}`;

  it("is what it refers to", async () => {
    assert.equal((await loadText(admin('{ token: "${env:SECRET}" }'))).config.admin.token, "the-value-of-the-variable");
  });

  for (const text of ["{}", '{ token: "${env:NONE}" }', '{ listen: "[::1]:1", token: "${file:none}" }']) {
    it(`may be unset on loopback: ${text}`, async () => {
      const { config, warnings } = await loadText(admin(text));
      assert.equal(config.admin.token, undefined);
      assert.deepEqual(warnings, []);
    });
  }

  const table: [text: string, fault: string][] = [
    [
      "{ listen: 0.0.0.0:9464 }",
      '1:1: admin: expected a token, since the admin listener is bound beyond loopback, found nothing; add token: "${env:HOOKD_ADMIN_TOKEN}"',
    ],
    [
      '{ listen: "10.0.0.1:1", token: "${env:NONE}" }',
      "1:39: admin.token: expected environment variable NONE to hold a secret, found it unset; set it, or bind the admin listener to loopback",
    ],
    [
      '{ token: "a${env:NONE}" }',
      "1:17: admin.token: expected exactly one ${env:NAME} or ${file:path}, found another text around it",
    ],
    ["{ token: 1 }", "1:17: admin.token: expected a secret: ${env:NAME} or ${file:path}, found a number"],
  ];
  for (const [text, fault] of table) {
    it(`${text} is refused`, async () => assert.deepEqual(await faultsOf(admin(text)), [`hookd.yaml:${fault}`]));
  }

  it("may stand in the file, with a warning", async () => {
    const { warnings } = await loadText(admin("{ token: open-sesame }"));
    assert.deepEqual(warnings.map(({ path, found }) => [path, found]), [["admin.token", "the secret itself"]]);
  });
});

describe("a secret that counts until", () => {
  it("keeps its moment, in step with the secrets that are set", async () => {
    const text = sourceWith(
      '["${env:UNSET} until 2026-01-01", "${env:SECRET} until 2026-12-01", "${env:SECRET}"]',
    );
    const { config, warnings } = await loadText(text);
    assert.equal(warnings.length, 1);
    assert.equal(config.sources[0]?.secrets.length, 2);
    assert.deepEqual(config.sources[0]?.notAfter, [Date.parse("2026-12-01T23:59:59.999Z"), undefined]);
  });

  it("no moment is a fault with its place", async () => {
    assert.deepEqual(await faultsOf(sourceWith('["${env:SECRET} until soon"]')), [
      "hookd.yaml:2:38: sources.a.verify.secrets[0]: expected a day or a moment such as 2026-12-01 or " +
      "2026-12-01T12:00:00Z, found soon",
    ]);
  });
});

describe("a parameter", () => {
  const withParams = (params: string) =>
    `sources:\n  a: { path: /a, verify: { secrets: ["\${env:SECRET}"], params: ${params} } }\n`;

  it("is a text, or what it refers to", async () => {
    const { config, warnings } = await loadText(withParams('{ topicArn: "arn:x", token: "${env:SECRET}" }'));
    assert.deepEqual(config.sources[0]?.params, { topicArn: "arn:x", token: "the-value-of-the-variable" });
    assert.deepEqual(warnings, []);
  });

  it("that refers to nothing is a fault", async () => {
    const [fault, ...more] = await faultsOf(withParams('{ token: "${env:UNSET}" }'));
    assert.deepEqual(more, []);
    assert.match(
      fault ?? "",
      /sources\.a\.verify\.params\.token: expected environment variable UNSET to hold a secret/,
    );
  });
});
