/**
 * What the rooms know of `hookd.yaml`: durations in ms, sizes in bytes, paths absolute, defaults filled in,
 * secrets resolved. `config-file.ts` says what an operator may write, `config-load.ts` makes this of it.
 */
import { isIP } from "node:net";
import type { ResponseMode, UnixMs } from "./model.ts";
import type { DeclaredPreset } from "./presets/preset.ts";
import type { Rate } from "./units.ts";

/** How failed attempts are repeated. */
export interface RetryPolicy {
  attempts: number;
  baseMs: number;
  factor: number;
  maxMs: number;
  jitter: "full" | "none";
}

/** One sender, ready to use: every default filled in, every secret resolved. */
export interface SourceConfig {
  name: string;
  path: string;
  preset: string;
  /** Resolved; never logged. */
  secrets: readonly string[];
  /** By place in `secrets`: until when it counts; undefined for one that always does. */
  notAfter: readonly (UnixMs | undefined)[];
  /** What only the operator knows and a preset signs or compares, by name; never logged. */
  params: Readonly<Record<string, string>>;
  /** The operator accepts a preset that is weak: SHA-1, a bare token, a body that is not signed. */
  allowWeak: boolean;
  /** Where the idempotency key is not signed, the body's hash is it: nobody can send a captured event again. */
  refuseReplay: boolean;
  /** How far a signed time may be off, both ways; undefined: the preset's own. */
  toleranceMs: number | undefined;
  mode: ResponseMode;
  /** References; undefined: the preset's own. */
  type: string | undefined;
  key: string | undefined;
  data: string;
  order: string | undefined;
  /** Reference to the list of events in a body; undefined: the preset's own, if its sender sends lists. */
  each: string | undefined;
  /** How the sender wraps an event; undefined: not at all. */
  format: "cloudevents" | undefined;
  /** Which senders of CloudEvents may send here, as they name themselves; `*`: all. */
  origins: readonly string[];
  schema: unknown;
  /** Patterns of the event types that it takes; undefined: every one that a handler takes. */
  types: readonly string[] | undefined;
  /** How fast its sender may be; undefined: as fast as it is. */
  rate: Rate | undefined;
  unknown: "reject" | "accept" | "ignore";
  onDead: "skip" | "park";
  /** Undefined: the preset's own. */
  changedBody: "reject" | "duplicate" | undefined;
  /** Undefined: the longer of `idempotency.ttl` and the preset's retry horizon. */
  windowMs: number | undefined;
  /** Undefined: the shorter of `sync_deadline` and what the preset's sender allows. */
  syncDeadlineMs: number | undefined;
  /** Overrides of the global policy, for this source. */
  retry: Partial<RetryPolicy>;
}

/** Where a listener binds. */
export interface ListenAddress {
  /** A host name or an IP address, IPv6 without its brackets. */
  host: string;
  /** 0: any free port. */
  port: number;
}

/** `127.0.0.1:8080`, `localhost:0` or `[::1]:8080`; undefined for all else. */
export function parseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[3]) > 65_535) return undefined;
  const [, bracketed, name = ""] = match;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined;
  return bracketed !== undefined || isHost(name) ? { host: bracketed ?? name, port: Number(match[3]) } : undefined;
}

/** A name that ends in a number is an IPv4 address or a mistake, as for URLs (WHATWG, "ends in a number"). */
function isHost(name: string): boolean {
  if (/(^|\.)\d+$/.test(name)) return isIP(name) === 4;
  return name.split(".").every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label));
}

/** `http://host:port`, IPv6 in its brackets; "" for a listener that is not open. */
export function urlOf(address: ListenAddress | undefined): string {
  if (address === undefined) return "";
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `http://${host}:${address.port}`;
}

/** Whether only this machine can reach a listener that is bound to `host`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** `hookd.yaml` after loading: units as numbers, paths absolute, secrets resolved. */
export interface Config {
  listen: ListenAddress;
  admin: { listen: ListenAddress; token: string | undefined; hosts: readonly string[] };
  dataDir: string;
  handlersDir: string;
  publicUrl: string | undefined;
  store: { engine: "embedded" | "memory"; segmentBytes: number };
  pool: {
    threads: number;
    perThread: number;
    timeoutMs: number;
    stuckAfterMs: number;
    memoryBytes: number;
    resultBytesMax: number;
  };
  retry: RetryPolicy;
  idempotency: { ttlMs: number; cache: number };
  syncDeadlineMs: number;
  log: { level: "debug" | "info" | "warn" | "error"; sample: number };
  limits: {
    bodyBytesMax: number;
    headerBytesMax: number;
    depthMax: number;
    queueMax: number;
    connectionsMax: number;
    headerTimeoutMs: number;
    requestTimeoutMs: number;
    drainMs: number;
  };
  /** `deadMs` is Infinity for `forever`. */
  retention: { processedMs: number; deadMs: number };
  /** The operator's own, by name. */
  presets: Readonly<Record<string, DeclaredPreset>>;
  sources: readonly SourceConfig[];
  /** Sources that are off, with the reason: `optional` and without a secret. */
  disabled: readonly { name: string; path: string; reason: string }[];
}
