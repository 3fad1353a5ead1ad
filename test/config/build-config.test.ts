import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadText, withSource } from "../support/a-config-file.ts";

describe("a file that says the least", () => {
  it("gets every default of the contract", async () => {
    const { config } = await loadText(withSource());
    assert.deepEqual(config, {
      listen: { host: "127.0.0.1", port: 8080 },
      admin: { listen: { host: "127.0.0.1", port: 9464 }, token: undefined, hosts: [] },
      dataDir: "/etc/hookd/data",
      handlersDir: "/etc/hookd/workers/handlers",
      publicUrl: undefined,
      store: { engine: "embedded", segmentBytes: 67_108_864 },
      pool: {
        threads: 2,
        perThread: 16,
        timeoutMs: 30_000,
        stuckAfterMs: 5_000,
        memoryBytes: 268_435_456,
        resultBytesMax: 262_144,
      },
      retry: { attempts: 3, baseMs: 1_000, factor: 2, maxMs: 300_000, jitter: "full" },
      idempotency: { ttlMs: 86_400_000, cache: 100_000 },
      syncDeadlineMs: 10_000,
      log: { level: "info", sample: 1 },
      limits: {
        bodyBytesMax: 1_048_576,
        headerBytesMax: 16_384,
        depthMax: 64,
        queueMax: 100_000,
        connectionsMax: 10_000,
        headerTimeoutMs: 10_000,
        requestTimeoutMs: 30_000,
        drainMs: 30_000,
      },
      retention: { processedMs: 259_200_000, deadMs: Infinity },
      presets: {},
      sources: [{
        name: "events",
        path: "/webhooks/events",
        preset: "hookd",
        secrets: ["the-value-of-the-variable"],
        notAfter: [undefined],
        params: {},
        allowWeak: false,
        refuseReplay: false,
        toleranceMs: undefined,
        mode: "ack",
        type: undefined,
        key: undefined,
        data: "json:",
        order: undefined,
        each: undefined,
        format: undefined,
        origins: [],
        schema: undefined,
        types: undefined,
        rate: undefined,
        unknown: "reject",
        onDead: "skip",
        changedBody: undefined,
        windowMs: undefined,
        syncDeadlineMs: undefined,
        retry: {},
      }],
      disabled: [],
    });
  });
});

describe("a file that says all", () => {
  const text = `
listen: "[::1]:1"
admin: { listen: localhost:2, token: "\${env:SECRET}", hosts: [ops.example.com] }
data: /var/lib/hookd
handlers: ../handlers
public_url: https://hooks.example.com/base//
store: { engine: memory, segment: 1MB }
pool: { threads: 3, per_thread: 4, timeout: 5s, stuck_after: 6s, memory: 32MB, result: 1KB }
retry: { attempts: 7, base: 8s, factor: 1.5, max: 9m, jitter: none }
idempotency: { ttl: 10h, cache: 11 }
sync_deadline: 12s
log: { level: debug, sample: 0.5 }
limits: { body: 13KB, headers: 14KB, depth: 15, queue: 16, connections: 17, header_timeout: 18s, request_timeout: 19s, drain: 20s }
retention: { processed: 21h, dead: 22d }
sources:
  a:
    path: /a
    verify:
      preset: github
      secrets: ["\${env:SECRET} until 2026-12-01T00:00:00Z"]
      params: { topicArn: "arn:aws:sns:eu-west-1:1:t", token: "\${env:SECRET}" }
      allow_weak: true
      replay: refuse
      tolerance: 23s
    optional: true
    mode: sender-retry
    type: literal:x
    data: body
    key: header:K
    order: header:O
    each: json:/items
    format: cloudevents
    origins: [a.example, "*"]
    schema: { type: object, properties: { toString: { default: 1 } } }
    types: [x, "y.*"]
    rate: 30/m
    unknown: ignore
    on_dead: park
    changed_body: reject
    idempotency: { ttl: 24h }
    sync_deadline: 25s
    retry: { attempts: 26, base: 27s, factor: 28, max: 29s, jitter: full }
`;

  it("has each of its settings taken over", async () => {
    const { config } = await loadText(text);
    assert.deepEqual(config, {
      listen: { host: "::1", port: 1 },
      admin: {
        listen: { host: "localhost", port: 2 },
        token: "the-value-of-the-variable",
        hosts: ["ops.example.com"],
      },
      dataDir: "/var/lib/hookd",
      handlersDir: "/etc/handlers",
      publicUrl: "https://hooks.example.com/base",
      store: { engine: "memory", segmentBytes: 1_048_576 },
      pool: {
        threads: 3,
        perThread: 4,
        timeoutMs: 5_000,
        stuckAfterMs: 6_000,
        memoryBytes: 33_554_432,
        resultBytesMax: 1024,
      },
      retry: { attempts: 7, baseMs: 8_000, factor: 1.5, maxMs: 540_000, jitter: "none" },
      idempotency: { ttlMs: 36_000_000, cache: 11 },
      syncDeadlineMs: 12_000,
      log: { level: "debug", sample: 0.5 },
      limits: {
        bodyBytesMax: 13 * 1024,
        headerBytesMax: 14 * 1024,
        depthMax: 15,
        queueMax: 16,
        connectionsMax: 17,
        headerTimeoutMs: 18_000,
        requestTimeoutMs: 19_000,
        drainMs: 20_000,
      },
      retention: { processedMs: 75_600_000, deadMs: 22 * 86_400_000 },
      presets: {},
      sources: [{
        name: "a",
        path: "/a",
        preset: "github",
        secrets: ["the-value-of-the-variable"],
        notAfter: [Date.parse("2026-12-01T00:00:00Z")],
        params: { topicArn: "arn:aws:sns:eu-west-1:1:t", token: "the-value-of-the-variable" },
        allowWeak: true,
        refuseReplay: true,
        toleranceMs: 23_000,
        mode: "sender-retry",
        type: "literal:x",
        key: "header:K",
        data: "body",
        order: "header:O",
        each: "json:/items",
        format: "cloudevents",
        origins: ["a.example", "*"],
        schema: { type: "object", properties: { toString: { default: 1 } } },
        types: ["x", "y.*"],
        rate: { count: 30, perMs: 60_000 },
        unknown: "ignore",
        onDead: "park",
        changedBody: "reject",
        windowMs: 86_400_000,
        syncDeadlineMs: 25_000,
        retry: { attempts: 26, baseMs: 27_000, factor: 28, maxMs: 29_000, jitter: "full" },
      }],
      disabled: [],
    });
  });
});

describe("the retry settings of a source", () => {
  const table: [text: string, retry: object][] = [
    ["{}", {}],
    ["{ attempts: 1 }", { attempts: 1 }],
    ["{ base: 2s, jitter: none }", { baseMs: 2_000, jitter: "none" }],
    ["{ max: 0s }", { maxMs: 0 }],
  ];
  for (const [text, retry] of table) {
    it(`hold what is written and no default: ${text}`, async () => {
      const { config } = await loadText(withSource("", `    retry: ${text}`));
      assert.deepEqual(config.sources[0]?.retry, retry);
    });
  }

  it("stay as written when an alias repeats the global ones", async () => {
    const { config } = await loadText(withSource("retry: &r { attempts: 9 }", "    retry: *r"));
    assert.deepEqual(config.sources[0]?.retry, { attempts: 9 });
  });
});
