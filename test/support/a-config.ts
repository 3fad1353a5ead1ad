/** Builders of a loaded configuration. */
import type { Config, SourceConfig } from "../../src/config.ts";

export function aSource(over: Partial<SourceConfig> = {}): SourceConfig {
  return {
    name: "events",
    path: "/webhooks/events",
    preset: "hookd",
    secrets: ["a-shared-secret-of-this-test"],
    notAfter: [],
    params: {},
    allowWeak: false,
    refuseReplay: false,
    toleranceMs: 300_000,
    mode: "sync",
    type: "json:/event_type",
    key: undefined,
    data: "json:/data",
    order: "json:/data/user_id",
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
    ...over,
  };
}

export function aConfig(over: Partial<Config> = {}): Config {
  return {
    listen: { host: "127.0.0.1", port: 8080 },
    admin: { listen: { host: "127.0.0.1", port: 9464 }, token: undefined, hosts: [] },
    dataDir: "/nowhere/data",
    handlersDir: "/nowhere/handlers",
    publicUrl: undefined,
    store: { engine: "memory", segmentBytes: 64 * 1024 ** 2 },
    pool: {
      threads: 2,
      perThread: 16,
      timeoutMs: 30_000,
      stuckAfterMs: 5_000,
      memoryBytes: 256 * 1024 ** 2,
      resultBytesMax: 256 * 1024,
    },
    retry: { attempts: 3, baseMs: 1_000, factor: 2, maxMs: 300_000, jitter: "full" },
    idempotency: { ttlMs: 86_400_000, cache: 1_000 },
    syncDeadlineMs: 10_000,
    log: { level: "info", sample: 1 },
    limits: {
      bodyBytesMax: 1024 ** 2,
      headerBytesMax: 16 * 1024,
      depthMax: 64,
      queueMax: 100_000,
      connectionsMax: 10_000,
      headerTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
      drainMs: 30_000,
    },
    retention: { processedMs: 259_200_000, deadMs: Infinity },
    presets: {},
    sources: [aSource()],
    disabled: [],
    ...over,
  };
}
