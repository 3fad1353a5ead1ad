/**
 * What an operator may say in `hookd.yaml`: one TypeBox schema, from which come the checks, the types and
 * `hookd.schema.json`. Durations and sizes are strings here and numbers in `Config`; `config-load.ts`
 * turns the one into the other and reports all faults at once.
 */
import { type Static, Type } from "typebox";
import type { ResponseMode } from "./model.ts";

const strict = { additionalProperties: false } as const;

const Duration = (fallback: string, description: string) =>
  Type.String({ default: fallback, description, pattern: "^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$", examples: ["30s", "1h30m"] });
const Size = (fallback: string, description: string) =>
  Type.String({ default: fallback, description, pattern: "^\\d+(\\.\\d+)?(B|KB|MB|GB)$", examples: ["1MB"] });
const Count = (fallback: number, minimum: number, maximum: number, description: string) =>
  Type.Integer({ default: fallback, minimum, maximum, description });
const Address = (fallback: string, description: string) =>
  Type.String({ default: fallback, description, examples: ["127.0.0.1:8080", "[::1]:8080"] });
const Secret = (description: string) =>
  Type.String({ description, examples: ["${env:HOOKD_SECRET}", "${file:/run/secrets/hookd}"] });

const Retry = Type.Object({
  attempts: Type.Optional(Count(3, 1, 1000, "Runs in all, the first included")),
  base: Type.Optional(Duration("1s", "Longest wait before the second attempt")),
  factor: Type.Optional(Type.Number({ default: 2, minimum: 1, maximum: 100, description: "Growth of each further wait" })),
  max: Type.Optional(Duration("5m", "The longest wait")),
  jitter: Type.Optional(
    Type.Union([Type.Literal("full"), Type.Literal("none")], {
      default: "full",
      description: "full: uniform between 0 and the wait; none: the wait itself",
    }),
  ),
}, strict);

const Verify = Type.Object({
  preset: Type.String({ default: "hookd", description: "How the sender signs" }),
  secrets: Type.Optional(
    Type.Array(Secret("A signing secret; several during a rotation, any may match"), { minItems: 1, maxItems: 8 }),
  ),
  tolerance: Type.Optional(Duration("5m", "How far a signed timestamp may be off, both ways")),
}, strict);

const Idempotency = {
  ttl: Type.Optional(Duration("24h", "How long a key counts, from receipt; at least the sender's retry horizon")),
};

const Source = Type.Object({
  path: Type.String({ pattern: "^/[A-Za-z0-9._~/-]*$", description: "Path of the POST endpoint" }),
  verify: Verify,
  optional: Type.Optional(Type.Boolean({ default: false, description: "Off, not a fault, while a secret is not set" })),
  mode: Type.Optional(
    Type.Union(
      (["sync", "queue", "task", "ack", "status", "sender-retry"] as const).map((mode) => Type.Literal(mode)),
      { default: "ack", description: "How the sender is answered" },
    ),
  ),
  type: Type.Optional(Type.String({
    description:
      "Where the event type is: header:NAME, query:NAME, json:/pointer, literal:TEXT, or text around {references}",
    examples: ["json:/event_type", "header:X-Event-Type", "users.{json:/action}"],
  })),
  data: Type.Optional(Type.String({ default: "json:", description: "What the handler is given as data: json:/pointer, json: (all), or body (text)" })),
  key: Type.Optional(Type.String({ description: "Where the idempotency key is; default: the preset's, else the body's SHA-256" })),
  order: Type.Optional(Type.String({ description: "Where the ordering key is" })),
  schema: Type.Optional(Type.Unknown({ description: "JSON Schema that the body must meet" })),
  unknown: Type.Optional(
    Type.Union([Type.Literal("reject"), Type.Literal("accept"), Type.Literal("ignore")], {
      default: "reject",
      description: "An event type without a handler: 400, stored and marked skipped, or 204 and not stored",
    }),
  ),
  on_dead: Type.Optional(
    Type.Union([Type.Literal("skip"), Type.Literal("park")], {
      default: "skip",
      description: "After a dead letter the mailbox goes on, or waits for an operator",
    }),
  ),
  changed_body: Type.Optional(
    Type.Union([Type.Literal("reject"), Type.Literal("duplicate")], {
      description: "Same key, other body: 422, or counted as a duplicate; default: the preset's",
    }),
  ),
  idempotency: Type.Optional(Type.Object(Idempotency, strict)),
  sync_deadline: Type.Optional(Duration("10s", "How long a sync answer may take")),
  retry: Type.Optional(Retry),
}, strict);

/** The whole of `hookd.yaml`, as it is written. */
export const ConfigFile = Type.Object({
  listen: Type.Optional(Address("127.0.0.1:8080", "Public listener")),
  admin: Type.Optional(Type.Object({
    listen: Type.Optional(Address("127.0.0.1:9464", "Admin listener")),
    token: Type.Optional(Secret("Bearer token; needed beyond loopback")),
    hosts: Type.Optional(Type.Array(Type.String(), { description: "Further Host names that the admin listener answers to" })),
  }, strict)),
  data: Type.Optional(Type.String({ default: "./data", description: "Data directory, relative to this file" })),
  handlers: Type.Optional(Type.String({ default: "./workers/handlers", description: "Handler folder, relative to this file" })),
  public_url: Type.Optional(Type.String({ pattern: "^https?://", description: "How senders reach the public listener; used in status URLs" })),
  store: Type.Optional(Type.Object({
    engine: Type.Optional(Type.Union([Type.Literal("embedded"), Type.Literal("memory")], {
      default: "embedded",
      description: "embedded: durable, no service; memory: for tests, loses all on exit",
    })),
    segment: Type.Optional(Size("64MB", "A journal segment is closed at this size")),
  }, strict)),
  pool: Type.Optional(Type.Object({
    threads: Type.Optional(Count(2, 1, 256, "Worker threads")),
    per_thread: Type.Optional(Count(16, 1, 1024, "Attempts that a thread runs at once")),
    timeout: Type.Optional(Duration("30s", "Deadline of one attempt")),
    stuck_after: Type.Optional(Duration("5s", "A thread that shows no sign of life for so long is replaced")),
    memory: Type.Optional(Size("256MB", "Memory of one thread; a thread above it is replaced")),
    result: Type.Optional(Size("256KB", "Longest result of a handler, as JSON")),
  }, strict)),
  retry: Type.Optional(Retry),
  idempotency: Type.Optional(Type.Object({
    ...Idempotency,
    cache: Type.Optional(Count(100_000, 0, 10_000_000, "Recent keys answered without a disk read")),
  }, strict)),
  sync_deadline: Type.Optional(Duration("10s", "How long a sync answer may take")),
  log: Type.Optional(Type.Object({
    level: Type.Optional(Type.Union((["debug", "info", "warn", "error"] as const).map((level) => Type.Literal(level)), {
      default: "info",
      description: "Least level that is written",
    })),
    sample: Type.Optional(Type.Number({ default: 1, minimum: 0, maximum: 1, description: "Share of the per-event lines that is written" })),
  }, strict)),
  limits: Type.Optional(Type.Object({
    body: Type.Optional(Size("1MB", "Longest body")),
    headers: Type.Optional(Size("16KB", "All header lines of a request")),
    depth: Type.Optional(Count(64, 1, 1000, "Nesting of a JSON body")),
    queue: Type.Optional(Count(100_000, 1, 100_000_000, "Unsettled events; above it 503")),
    connections: Type.Optional(Count(10_000, 1, 1_000_000, "Open connections of the public listener")),
    header_timeout: Type.Optional(Duration("10s", "Until all headers are there")),
    request_timeout: Type.Optional(Duration("30s", "Until the whole request is there")),
    drain: Type.Optional(Duration("30s", "How long a stopping daemon lets attempts finish")),
  }, strict)),
  retention: Type.Optional(Type.Object({
    processed: Type.Optional(Duration("72h", "How long settled events stay listed")),
    dead: Type.Optional(Type.String({ default: "forever", description: "How long dead events can be retried: forever, or a duration" })),
  }, strict)),
  sources: Type.Record(Type.String({ pattern: "^[a-z0-9][a-z0-9_-]{0,63}$" }), Source),
}, { ...strict, $id: "https://hookd.dev/hookd.schema.json", title: "hookd.yaml" });

export type ConfigFile = Static<typeof ConfigFile>;

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
  toleranceMs: number;
  mode: ResponseMode;
  /** References; undefined: the preset's own. */
  type: string | undefined;
  key: string | undefined;
  data: string;
  order: string | undefined;
  schema: unknown;
  unknown: "reject" | "accept" | "ignore";
  onDead: "skip" | "park";
  /** Undefined: the preset's own. */
  changedBody: "reject" | "duplicate" | undefined;
  windowMs: number;
  syncDeadlineMs: number;
  /** Overrides of the global policy, for this source. */
  retry: Partial<RetryPolicy>;
}

export interface ListenAddress {
  host: string;
  port: number;
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
  sources: readonly SourceConfig[];
  /** Sources that are off, with the reason: `optional` and without a secret. */
  disabled: readonly { name: string; path: string; reason: string }[];
}
