/**
 * What an operator may write in `hookd.yaml`: one TypeBox schema, from which come the checks, the defaults
 * and `hookd.schema.json`. A key with a default counts as there: `Value.Default` puts it there before the
 * check, so the types below have no holes. The published schema demands only what has no default.
 */
import { type Static, Type } from "typebox";
import {
  address,
  anyNumber,
  duration,
  endpointPath,
  eventPattern,
  EXPECTED,
  hostNames,
  ms,
  publicUrl,
  rate,
  reference,
  secret,
  size,
  text,
  wholeNumber,
} from "./config-values.ts";
import { PresetFile } from "./preset-file.ts";

const strict = { additionalProperties: false } as const;
const section = { ...strict, default: {} } as const;
/** Node clamps a longer timer to 1 ms; 2^31-1 ms is a little more than 24 days. */
const TIMER_MAX = "24d";

const attempts = (fallback?: number) => wholeNumber("Runs in all, the first included", { min: 1, max: 1000, fallback });
const base = (fallback?: string) =>
  duration("Longest wait before the second attempt", { min: "0s", max: "365d", fallback });
const factor = (fallback?: number) => anyNumber("Growth of each further wait", { min: 1, max: 100, fallback });
const longest = (fallback?: string) => duration("The longest wait", { min: "0s", max: "365d", fallback });
const jitter = (options: { default?: "full" }) =>
  Type.Enum(["full", "none"], {
    description: "full: uniform between 0 and the wait; none: the wait itself",
    ...options,
  });

const RetryFile = Type.Object(
  {
    attempts: attempts(3),
    base: base("1s"),
    factor: factor(2),
    max: longest("5m"),
    jitter: jitter({ default: "full" }),
  },
  section,
);
/** Without defaults: what is left out comes from the handler, else from the global section. */
const RetryOverrides = Type.Partial(
  Type.Object({ attempts: attempts(), base: base(), factor: factor(), max: longest(), jitter: jitter({}) }),
  strict,
);

const window = (fallback?: string) =>
  duration("How long an idempotency key counts, from receipt; at least the sender's retry horizon", {
    min: "1s",
    max: "365d",
    fallback,
  });
const syncDeadline = (fallback?: string) =>
  duration("How long a sync answer may take", { min: "1ms", max: TIMER_MAX, fallback });

const VerifyFile = Type.Object({
  preset: text("How the sender signs", { expected: "the name of a preset", fallback: "hookd" }),
  secrets: Type.Optional(
    Type.Array(secret("A signing secret"), {
      minItems: 1,
      maxItems: 8,
      description: 'Several during a rotation: any may match. One may say until when: "${env:OLD} until 2026-12-01"',
      errorMessage: `${EXPECTED}a list of 1 to 8 secrets, each \${env:NAME} or \${file:path}`,
    }),
  ),
  params: Type.Optional(
    Type.Record(Type.String({ pattern: "^[A-Za-z][A-Za-z0-9_]{0,63}$" }), secret("A value"), {
      propertyNames: { pattern: "^[A-Za-z][A-Za-z0-9_]{0,63}$" },
      description: "What a preset needs to know besides: topic_arn, verify_token, webhook_id ...",
      errorMessage: `${EXPECTED}a mapping of names to texts`,
    }),
  ),
  allow_weak: Type.Boolean({
    default: false,
    description: "Takes a preset that is weak: SHA-1, a bare token, a body that is not signed",
  }),
  replay: Type.Enum(["allow", "refuse"], {
    default: "allow",
    description:
      "refuse: where the key is not signed, an event is known by its body, so that none can be sent again under another key",
  }),
  tolerance: Type.Optional(
    duration("How far a signed timestamp may be off, both ways; default: the preset's", { min: "1s", max: "365d" }),
  ),
}, strict);

/** One entry of `sources`, as it is written. */
export const SourceFile = Type.Object({
  path: endpointPath("Path of the POST endpoint"),
  verify: VerifyFile,
  optional: Type.Boolean({ default: false, description: "Off, not a fault, while no secret of it is set" }),
  mode: Type.Enum(["sync", "queue", "task", "ack", "status", "sender-retry"], {
    default: "ack",
    description: "How the sender is answered",
  }),
  type: Type.Optional(reference(
    "Where the event type is: header:NAME, query:NAME, json:/pointer, literal:TEXT, or text around {references}",
    { examples: ["json:/event_type", "header:X-Event-Type", "users.{json:/action}"] },
  )),
  data: reference("What the handler is given as data: json:/pointer, json: (all), or body (text)", {
    fallback: "json:",
  }),
  key: Type.Optional(reference("Where the idempotency key is; default: the preset's, else the body's SHA-256")),
  order: Type.Optional(reference("Where the ordering key is: events that share it run one at a time, in order")),
  each: Type.Optional(reference(
    "Where the list of events is, if a body carries several: json: (all of it) or json:/pointer. Type, key, order, data and schema are then those of an element",
    { examples: ["json:", "json:/events"] },
  )),
  format: Type.Optional(Type.Enum(["cloudevents"], { description: "How the sender wraps an event: CloudEvents 1.0" })),
  origins: hostNames("With format cloudevents: who is told yes by OPTIONS; * for all", { orAll: true }),
  schema: Type.Optional(Type.Unsafe<unknown>({
    type: ["object", "boolean"],
    description: "JSON Schema that the body must meet",
    errorMessage: `${EXPECTED}a JSON Schema`,
  })),
  types: Type.Optional(
    Type.Array(eventPattern("An event type, or a wildcard such as order.*"), {
      minItems: 1,
      maxItems: 1000,
      description: "Event types that the source takes; default: every one that a handler takes",
      errorMessage: `${EXPECTED}a list of event types`,
    }),
  ),
  rate: Type.Optional(rate("How many events its sender may send; above it 429. Default: no limit")),
  unknown: Type.Enum(["reject", "accept", "ignore"], {
    default: "reject",
    description:
      "An event type without a handler, or not in types: 400, stored and marked skipped, or 204 and not stored",
  }),
  on_dead: Type.Enum(["skip", "park"], {
    default: "skip",
    description: "After a dead letter the mailbox goes on, or waits for an operator",
  }),
  changed_body: Type.Optional(Type.Enum(["reject", "duplicate"], {
    description: "Same key, other body: 422, or counted as a duplicate; default: the preset's",
  })),
  idempotency: Type.Optional(Type.Object({ ttl: Type.Optional(window()) }, strict)),
  sync_deadline: Type.Optional(syncDeadline()),
  retry: Type.Optional(RetryOverrides),
}, strict);

/** The whole of `hookd.yaml`, as it is written. */
export const ConfigFile = Type.Object({
  listen: address("Public listener", "127.0.0.1:8080"),
  admin: Type.Object({
    listen: address("Admin listener", "127.0.0.1:9464"),
    token: Type.Optional(secret("Bearer token; needed beyond loopback")),
    hosts: hostNames("Further Host names that the admin listener answers to", { orAll: false }),
  }, section),
  data: text("Data directory, relative to this file", { expected: "a path", fallback: "./data" }),
  handlers: text("Handler folder, relative to this file", { expected: "a path", fallback: "./workers/handlers" }),
  public_url: Type.Optional(publicUrl("How senders reach the public listener; used in status URLs")),
  store: Type.Object({
    engine: Type.Enum(["embedded", "memory"], {
      default: "embedded",
      description: "embedded: durable, no service; memory: for tests, loses all on exit",
    }),
    segment: size("A journal segment is closed at this size", { min: "64KB", max: "1GB", fallback: "64MB" }),
  }, section),
  pool: Type.Object({
    threads: wholeNumber("Worker threads", { min: 1, max: 256, fallback: 2 }),
    per_thread: wholeNumber("Attempts that a thread runs at once", { min: 1, max: 1024, fallback: 16 }),
    timeout: duration("Deadline of one attempt", { min: "1ms", max: TIMER_MAX, fallback: "30s" }),
    stuck_after: duration("A thread that shows no sign of life for so long is replaced", {
      min: "100ms",
      max: TIMER_MAX,
      fallback: "5s",
    }),
    memory: size("Memory of one thread; a thread above it is replaced", {
      min: "16MB",
      max: "64GB",
      fallback: "256MB",
    }),
    result: size("Longest result of a handler, as JSON", { min: "2B", max: "64MB", fallback: "256KB" }),
  }, section),
  retry: RetryFile,
  idempotency: Type.Object({
    ttl: window("24h"),
    cache: wholeNumber("Repeated keys answered without a disk read", { min: 0, max: 10_000_000, fallback: 100_000 }),
  }, section),
  sync_deadline: syncDeadline("10s"),
  log: Type.Object({
    level: Type.Enum(["debug", "info", "warn", "error"], {
      default: "info",
      description: "Least level that is written",
    }),
    sample: anyNumber("Share of the per-event lines that is written", { min: 0, max: 1, fallback: 1 }),
  }, section),
  limits: Type.Object({
    body: size("Longest body", { min: "1B", max: "256MB", fallback: "1MB" }),
    headers: size("All header lines of a request", { min: "1KB", max: "1MB", fallback: "16KB" }),
    depth: wholeNumber("Nesting of a JSON body", { min: 1, max: 1000, fallback: 64 }),
    queue: wholeNumber("Unsettled events; above it 503", { min: 1, max: 100_000_000, fallback: 100_000 }),
    connections: wholeNumber("Open connections of the public listener", { min: 1, max: 1_000_000, fallback: 10_000 }),
    header_timeout: duration("Until all headers are there", { min: "1ms", max: TIMER_MAX, fallback: "10s" }),
    request_timeout: duration("Until the whole request is there", { min: "1ms", max: TIMER_MAX, fallback: "30s" }),
    drain: duration("How long a stopping daemon lets attempts finish", { min: "0s", max: TIMER_MAX, fallback: "30s" }),
  }, section),
  retention: Type.Object({
    processed: duration("How long settled events stay listed", { min: "0s", max: "36500d", fallback: "72h" }),
    dead: text("How long dead events can be retried: forever, or a duration", {
      expected: "forever, or a duration such as 720h",
      fallback: "forever",
      accepts: (given) => given === "forever" || !Number.isNaN(ms(given)),
    }),
  }, section),
  presets: Type.Record(Type.String({ pattern: "^[a-z0-9][a-z0-9_-]{0,63}$" }), PresetFile, {
    default: {},
    propertyNames: { pattern: "^[a-z0-9][a-z0-9_-]{0,63}$" },
    description: "Ways of signing that hookd does not know, each under a name of its own",
    errorMessage: `${EXPECTED}a mapping of presets`,
  }),
  sources: Type.Record(Type.String({ pattern: "^[a-z0-9][a-z0-9_-]{0,63}$" }), SourceFile, {
    // Not `additionalProperties: false`, on which `Value.Default` of typebox 1.4 throws.
    propertyNames: { pattern: "^[a-z0-9][a-z0-9_-]{0,63}$" },
    minProperties: 1,
    description: "The senders, each under a name of its own",
    errorMessage: `${EXPECTED}a mapping of at least one source`,
  }),
}, { ...strict, $id: "https://hookd.dev/hookd.schema.json", title: "hookd.yaml" });

/** `hookd.yaml` with its defaults filled in. */
export type ConfigFile = Static<typeof ConfigFile>;
export type SourceFile = Static<typeof SourceFile>;

/** The text of `hookd.schema.json`: draft 2020-12, for editors. */
export function publishedSchema(): string {
  const schema = { $schema: "https://json-schema.org/draft/2020-12/schema", ...ConfigFile };
  return `${JSON.stringify(schema, demandOnlyWhatHasNoDefault, 2)}\n`;
}

function demandOnlyWhatHasNoDefault(_key: string, value: unknown): unknown {
  const { properties, required } = (value ?? {}) as { properties?: Record<string, object>; required?: string[] };
  if (properties === undefined || !Array.isArray(required)) return value;
  const demanded = required.filter((name) => !("default" in (properties[name] ?? {})));
  const { required: _all, ...rest } = value as object & { required: string[] };
  return demanded.length === 0 ? rest : { ...rest, required: demanded };
}
