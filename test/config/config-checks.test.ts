import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Settings } from "typebox/system";
import { mappingAt, schemaFindings, valueAt } from "../../src/config/config-checks.ts";
import { faultsOf, withSource } from "../support/a-config-file.ts";

/** A whole text and the whole message that it gets, less the file's name. */
async function refuses(text: string, ...faults: string[]): Promise<void> {
  assert.deepEqual((await faultsOf(text)).map((line) => line.replace(/^hookd\.yaml:/, "")), faults);
}

const SOURCE_KEYS =
  '"path", "verify", "optional", "mode", "type", "data", "key", "order", "each", "format", "origins", "schema", "types", "rate", "unknown", ' +
  '"on_dead", "changed_body", "idempotency", "sync_deadline", "retry"';

describe("a faulty value is told with its place, what was expected and what was found", () => {
  const table: [line: string, fault: string][] = [
    [
      "listen: 8080",
      "1:9: listen: expected an address such as 127.0.0.1:8080 or [::1]:8080, its port at most 65535, found 8080 (number)",
    ],
    [
      "listen: 127.0.0.1:70000",
      '1:9: listen: expected an address such as 127.0.0.1:8080 or [::1]:8080, its port at most 65535, found "127.0.0.1:70000" (string)',
    ],
    [
      "listen: 1.2.3:80",
      '1:9: listen: expected an address such as 127.0.0.1:8080 or [::1]:8080, its port at most 65535, found "1.2.3:80" (string)',
    ],
    ["lissten: x", '1:1: expected a known key, found the key "lissten"; did you mean "listen"?'],
    ["admin: { hosts: localhost }", "1:17: admin.hosts: expected a list of host names, found a text"],
    [
      'admin: { hosts: ["a b"] }',
      '1:18: admin.hosts[0]: expected a host name, found "a b" (string)',
    ],
    ["admin: { tokn: x }", '1:10: admin: expected a known key, found the key "tokn"; did you mean "token"?'],
    ["data: ''", "1:7: data: expected a path, found an empty text"],
    ["pool: 5", "1:7: pool: expected a mapping, found a number"],
    ["pool:", "1:6: pool: expected a mapping, found nothing"],
    ["pool: []", "1:1: pool: expected a mapping, found an empty list"],
    ["pool: { threads: 0 }", "1:18: pool.threads: expected a whole number from 1 to 256, found 0 (number)"],
    ["pool: { threads: 1.5 }", "1:18: pool.threads: expected a whole number from 1 to 256, found 1.5 (number)"],
    ["pool: { threads: two }", '1:18: pool.threads: expected a whole number from 1 to 256, found "two" (string)'],
    [
      "pool: { timeout: 30 }",
      '1:18: pool.timeout: expected a duration from 1ms to 24d, such as 30s, found 30 (number); did you mean "30s"?',
    ],
    [
      "pool: { timeout: 0s }",
      '1:18: pool.timeout: expected a duration from 1ms to 24d, such as 30s, found "0s" (string)',
    ],
    [
      "pool: { timeout: 25d }",
      '1:18: pool.timeout: expected a duration from 1ms to 24d, such as 30s, found "25d" (string)',
    ],
    [
      "limits: { body: 1mb }",
      '1:17: limits.body: expected a size from 1B to 256MB, such as 1MB, found "1mb" (string)',
    ],
    [
      "limits: { body: 1 }",
      '1:17: limits.body: expected a size from 1B to 256MB, such as 1MB, found 1 (number); did you mean "1MB"?',
    ],
    [
      "log: { level: inof }",
      '1:15: log.level: expected one of "debug", "info", "warn", "error", found "inof" (string); did you mean "info"?',
    ],
    ["log: { level: 3 }", '1:15: log.level: expected one of "debug", "info", "warn", "error", found 3 (number)'],
    ["log: { sample: 1.1 }", "1:16: log.sample: expected a number from 0 to 1, found 1.1 (number)"],
    ["log: { sample: .nan }", "1:16: log.sample: expected a number from 0 to 1, found NaN (number)"],
    [
      "retry: { jitter: some }",
      '1:18: retry.jitter: expected one of "full", "none", found "some" (string); did you mean "none"?',
    ],
    [
      "retention: { dead: never }",
      '1:20: retention.dead: expected forever, or a duration such as 720h, found "never" (string)',
    ],
    [
      "public_url: hooks.example.com",
      "1:13: public_url: expected an http or https URL without credentials, query and fragment, found a text",
    ],
    [
      "limits: { header_timeout: 31s }",
      '1:27: limits.header_timeout: expected at most the request_timeout of "30s" (string), found "31s" (string)',
    ],
    [
      "listen: 127.0.0.1:9464",
      "1:1: admin.listen: expected another port than the public listener's, found port 9464 for both",
    ],
    [
      "listen: 0.0.0.0:9464",
      "1:1: admin.listen: expected another port than the public listener's, found port 9464 for both",
    ],
    ["constructor: 1", `1:1: expected ${TOP_KEYS()}, found the key "constructor"`],
    ["<<: { pool: {} }", `1:1: expected ${TOP_KEYS()}, found the key "<<"`],
  ];
  for (const [line, fault] of table) it(line, () => refuses(withSource(line), fault));
});

function TOP_KEYS(): string {
  return 'one of "listen", "admin", "data", "handlers", "public_url", "store", "pool", "retry", "idempotency", ' +
    '"sync_deadline", "log", "limits", "retention", "presets", "sources"';
}

describe("a faulty source is told with its place", () => {
  const path = "a path such as /webhooks/events: letters, digits and . _ ~ -, without an empty or dot segment";
  const table: [line: string, fault: string][] = [
    [
      "mode: snyc",
      '6:11: sources.events.mode: expected one of "sync", "queue", "task", "ack", "status", "sender-retry", found "snyc" (string); did you mean "sync"?',
    ],
    ["moed: sync", '6:5: sources.events: expected a known key, found the key "moed"; did you mean "mode"?'],
    ["colour: red", `6:5: sources.events: expected one of ${SOURCE_KEYS}, found the key "colour"`],
    ["optional: yes", '6:15: sources.events.optional: expected true or false, found "yes" (string)'],
    [
      "type: ''",
      "6:11: sources.events.type: expected a reference such as json:/pointer or header:NAME, found an empty text",
    ],
    ["schema: x", '6:13: sources.events.schema: expected a JSON Schema, found "x" (string)'],
    [
      "rate: 10",
      "6:11: sources.events.rate: expected a rate such as 100/s, 600/m or 5000/h, found 10 (number)",
    ],
    [
      "types: [order*]",
      '6:13: sources.events.types[0]: expected an event type without blanks, at most 200 characters; "*" alone or after . : or / at its end, found "order*" (string)',
    ],
    [
      "types: []",
      "6:5: sources.events.types: expected a list of event types, found an empty list",
    ],
    [
      "retry: { attempts: 0 }",
      "6:24: sources.events.retry.attempts: expected a whole number from 1 to 1000, found 0 (number)",
    ],
    [
      "idempotency: { cache: 1 }",
      '6:20: sources.events.idempotency: expected one of "ttl", found the key "cache"',
    ],
    [
      "sync_deadline: 1",
      '6:20: sources.events.sync_deadline: expected a duration from 1ms to 24d, such as 24d, found 1 (number); did you mean "1s"?',
    ],
  ];
  for (const [line, fault] of table) it(line, () => refuses(withSource("", `    ${line}`), fault));

  const verify = 'verify: { secrets: ["${env:SECRET}"] }';
  const whole: [sources: string, ...faults: string[]][] = [
    ["sources: {}", "1:1: sources: expected a mapping of at least one source, found an empty mapping"],
    ["sources: []", "1:1: sources: expected a mapping of at least one source, found an empty list"],
    ["sources:\n  a: 1", "2:6: sources.a: expected a mapping, found a number"],
    [
      "sources:\n  a: {}",
      '2:3: sources.a: expected "path" (Path of the POST endpoint), found nothing',
      '2:3: sources.a: expected "verify", found nothing',
    ],
    [
      `sources:\n  Bad Name: { path: /a, ${verify} }`,
      '2:3: sources: expected a name of at most 64 characters: a-z, 0-9, _ and -, the first a letter or digit, found the key "Bad Name"',
    ],
    [
      `sources:\n  a/b: { path: /a, ${verify} }\n  c~d: { path: /b, ${verify} }`,
      '2:3: sources: expected a name of at most 64 characters: a-z, 0-9, _ and -, the first a letter or digit, found the key "a/b"',
      '3:3: sources: expected a name of at most 64 characters: a-z, 0-9, _ and -, the first a letter or digit, found the key "c~d"',
    ],
    [`sources:\n  a: { path: a, ${verify} }`, `2:14: sources.a.path: expected ${path}, found "a" (string)`],
    [`sources:\n  a: { path: /a/../b, ${verify} }`, `2:14: sources.a.path: expected ${path}, found "/a/../b" (string)`],
    [
      `sources:\n  a: { path: /x, ${verify} }\n  b: { path: /x, ${verify} }`,
      '3:14: sources.b.path: expected a path of its own, found the path of source "a"',
    ],
    [
      `sources:\n  a: { path: /x, ${verify} }\n  b: { path: /x, optional: true, verify: { secrets: ["\${env:NONE}"] } }`,
      '3:14: sources.b.path: expected a path of its own, found the path of source "a"',
    ],
    [
      `sources:\n  a: { path: /webhooks/status, ${verify} }\n  b: { path: /webhooks/status/x, ${verify} }\n  c: { path: /webhooks/statuses, ${verify} }`,
      '2:14: sources.a.path: expected a path outside /webhooks/status, where hookd answers for events, found "/webhooks/status" (string)',
      '3:14: sources.b.path: expected a path outside /webhooks/status, where hookd answers for events, found "/webhooks/status/x" (string)',
    ],
    [
      'sources:\n  a: { path: /x, verify: { preset: githb, secrets: ["${env:SECRET}"] } }',
      '2:36: sources.a.verify.preset: expected a known preset, found "githb" (string); did you mean "github"?',
    ],
    [
      'sources:\n  a: { path: /x, verify: { preset: paypal, secrets: ["${env:SECRET}"] } }',
      '2:36: sources.a.verify.preset: expected one of "hookd", "github", "stripe", "standard", found "paypal" (string)',
    ],
  ];
  for (const [sources, ...faults] of whole) it(JSON.stringify(sources), () => refuses(sources, ...faults));

  for (const text of ["", "# nothing", "[]", "hello", "5"]) {
    it(`a file of ${JSON.stringify(text)} is no mapping`, async () => {
      assert.match((await faultsOf(text)).join("|"), /^hookd\.yaml:1:1: expected a mapping, found [^|]*$/);
    });
  }

  it("a file without sources", () => {
    return refuses("data: x", '1:1: expected "sources" (The senders, each under a name of its own), found nothing');
  });
});

describe("the checks", () => {
  it("tell all faults, more than typebox's 8, and leave its setting as it was", () => {
    const before = Settings.Get().maxErrors;
    const unknown = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`zzz${index}`, 1]));
    assert.equal(schemaFindings({ ...unknown, sources: 1 }).filter(({ key }) => key?.startsWith("zzz")).length, 40);
    assert.equal(Settings.Get().maxErrors, before);
  });

  it("take equal ports of different addresses, and port 0 twice", async () => {
    assert.deepEqual(await faultsOf(withSource("listen: 127.0.0.2:9464")), []);
    assert.deepEqual(await faultsOf(withSource("listen: 127.0.0.1:0\nadmin: { listen: 127.0.0.1:0 }")), []);
  });

  it("take a sync deadline that is longer than the request timeout", async () => {
    assert.deepEqual(await faultsOf(withSource("sync_deadline: 60s")), []);
  });

  it("look at own keys only", () => {
    assert.equal(valueAt({ a: [1, { b: 2 }] }, ["a", 1, "b"]), 2);
    assert.equal(valueAt({}, ["constructor", "name"]), undefined);
    assert.equal(valueAt("text", ["length"]), undefined);
    assert.deepEqual(mappingAt({ a: [1] }, ["a"]), {});
    assert.deepEqual(mappingAt({ a: { b: 1 } }, ["a"]), { b: 1 });
  });
});
