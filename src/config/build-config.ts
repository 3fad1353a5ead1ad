/**
 * The last step of loading: a checked `hookd.yaml` to the `Config` that the rooms read. No check and no
 * default is made here; every text becomes a number or a path, and every name becomes ours.
 */
import { resolve } from "node:path";
import assert from "node:assert";
import type { ConfigFile, SourceFile } from "./config-file.ts";
import { buildPreset } from "./preset-file.ts";
import type { ReadySecrets, Secrets } from "./read-secrets.ts";
import { bytes, ms } from "./config-values.ts";
import { parseRate } from "../units.ts";
import { type Config, type ListenAddress, parseAddress, type RetryPolicy, type SourceConfig } from "../config.ts";

/** `folder` is the absolute folder of the file, from which its paths count. */
export function buildConfig(file: ConfigFile, secrets: Secrets, folder: string): Config {
  const { admin, store, pool, idempotency, limits, retention } = file;
  return {
    listen: addressOf(file.listen),
    admin: { listen: addressOf(admin.listen), token: secrets.token, hosts: admin.hosts },
    dataDir: resolve(folder, file.data),
    handlersDir: resolve(folder, file.handlers),
    publicUrl: file.public_url?.replace(/\/+$/, ""),
    store: { engine: store.engine, segmentBytes: bytes(store.segment) },
    pool: {
      threads: pool.threads,
      perThread: pool.per_thread,
      timeoutMs: ms(pool.timeout),
      stuckAfterMs: ms(pool.stuck_after),
      memoryBytes: bytes(pool.memory),
      resultBytesMax: bytes(pool.result),
    },
    retry: retryPolicy(file.retry),
    idempotency: { ttlMs: ms(idempotency.ttl), cache: idempotency.cache },
    syncDeadlineMs: ms(file.sync_deadline),
    log: file.log,
    limits: {
      bodyBytesMax: bytes(limits.body),
      headerBytesMax: bytes(limits.headers),
      depthMax: limits.depth,
      queueMax: limits.queue,
      connectionsMax: limits.connections,
      headerTimeoutMs: ms(limits.header_timeout),
      requestTimeoutMs: ms(limits.request_timeout),
      drainMs: ms(limits.drain),
    },
    retention: {
      processedMs: ms(retention.processed),
      deadMs: retention.dead === "forever" ? Infinity : ms(retention.dead),
    },
    presets: Object.fromEntries(Object.entries(file.presets).map(([name, preset]) => [name, buildPreset(preset)])),
    ...buildSources(file, secrets),
  };
}

function buildSources(file: ConfigFile, secrets: Secrets): Pick<Config, "sources" | "disabled"> {
  const sources: SourceConfig[] = [];
  const disabled: Config["disabled"][number][] = [];
  for (const [name, source] of Object.entries(file.sources)) {
    const found = secrets.sources.get(name);
    assert(found !== undefined, `the secrets of source ${name} were read`);
    if (found.kind === "disabled") disabled.push({ name, path: source.path, reason: found.reason });
    else sources.push(buildSource(name, source, found));
  }
  return { sources, disabled };
}

function buildSource(name: string, source: SourceFile, { secrets, notAfter, params }: ReadySecrets): SourceConfig {
  return {
    name,
    path: source.path,
    preset: source.verify.preset,
    secrets,
    notAfter,
    params,
    allowWeak: source.verify.allow_weak,
    refuseReplay: source.verify.replay === "refuse",
    toleranceMs: optionalMs(source.verify.tolerance),
    mode: source.mode,
    type: source.type,
    key: source.key,
    data: source.data,
    order: source.order,
    each: source.each,
    format: source.format,
    origins: source.origins,
    schema: source.schema,
    types: source.types,
    rate: source.rate === undefined ? undefined : parseRate(source.rate),
    unknown: source.unknown,
    onDead: source.on_dead,
    changedBody: source.changed_body,
    windowMs: optionalMs(source.idempotency?.ttl),
    syncDeadlineMs: optionalMs(source.sync_deadline),
    retry: retryOverrides(source.retry ?? {}),
  };
}

function retryPolicy({ attempts, base, factor, max, jitter }: ConfigFile["retry"]): RetryPolicy {
  return { attempts, baseMs: ms(base), factor, maxMs: ms(max), jitter };
}

/** Only what is written: the rest comes from the handler and the global policy when an attempt fails. */
function retryOverrides({ base, max, ...rest }: NonNullable<SourceFile["retry"]>): Partial<RetryPolicy> {
  return {
    ...rest,
    ...(base === undefined ? {} : { baseMs: ms(base) }),
    ...(max === undefined ? {} : { maxMs: ms(max) }),
  };
}

function optionalMs(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : ms(duration);
}

function addressOf(text: string): ListenAddress {
  const address = parseAddress(text);
  assert(address !== undefined, "the schema let an address through that cannot be parsed");
  return address;
}
