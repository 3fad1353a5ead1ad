/** The schemas of what the admin listener answers, CONTRACT section 4; the views are typed by them. */
import { Type } from "typebox";

const strict = { additionalProperties: false } as const;
const Moment = Type.String({ format: "date-time" });
const orNull = <Schema extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Number>>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);
const Next = Type.Union([Type.String(), Type.Null()], { description: "`cursor` of the next page; null on the last" });
const State = Type.Enum(["available", "running", "retryable", "completed", "dead"]);
const EventId = Type.String({ format: "uuid" });
const Failure = Type.Object({
  code: Type.String({ description: "The error's `code`, else the name of its class" }),
  message: Type.String(),
}, strict);
const MaybeFailure = Type.Union([Failure, Type.Null()]);

const summary = {
  event_id: EventId,
  event_type: Type.String(),
  source: Type.String(),
  state: State,
  received_at: Moment,
  processed_at: orNull(Moment),
  success: Type.Union([Type.Boolean(), Type.Null()], { description: "null until it has ended" }),
  error_message: orNull(Type.String()),
  attempts: Type.Integer({ minimum: 0 }),
  duration_ms: Type.Union([Type.Number(), Type.Null()], { description: "Of the last attempt" }),
};

export const EventSummary = Type.Object(summary, strict);

export const EventPage = Type.Object({ items: Type.Array(EventSummary), next: Next }, strict);

const Attempt = Type.Object({
  attempt: Type.Integer({ minimum: 1 }),
  started_at: Moment,
  duration_ms: Type.Number(),
  outcome: Type.Enum(["ok", "failed", "refused"]),
  error: MaybeFailure,
  next_attempt_at: orNull(Moment),
}, strict);

export const EventDetail = Type.Object({
  ...summary,
  idempotency_key: Type.String(),
  ordering_key: orNull(Type.String()),
  source_ip: orNull(Type.String()),
  replay_of: Type.Union([EventId, Type.Null()]),
  generation: Type.Integer({ minimum: 0, description: "How often it was taken out of the dead letters" }),
  // TypeBox writes tuples in the words of draft 7, which OpenAPI 3.1 does not know.
  headers: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }), {
    description: "Name and value, as received, in order; secrets and signatures are redacted",
  }),
  body: Type.Union([Type.String(), Type.Null()], { description: "null where the bytes are not UTF-8" }),
  body_base64: Type.String({ description: "The exact bytes" }),
  attempts: Type.Array(Attempt, { description: "Oldest first" }),
  next_attempt_at: orNull(Moment),
  error: MaybeFailure,
  result: Type.Unknown({ description: "What the handler returned; null until then" }),
}, strict);

export const Replayed = Type.Object({ event_id: EventId, replay_of: EventId }, strict);

export const Letter = Type.Object({
  id: Type.String({ description: "The event's id, then .2, .3 ... for each time it died again" }),
  event: Type.Object({
    id: EventId,
    source: Type.String(),
    type: Type.String(),
    key: Type.String(),
    received_at: Moment,
    headers: Type.Record(Type.String(), Type.String()),
    data: Type.Unknown(),
  }, strict),
  error: Type.String(),
  attempts: Type.Integer({ minimum: 1 }),
  failed_at: Moment,
}, strict);

export const LetterPage = Type.Object({
  items: Type.Array(Letter),
  count: Type.Integer({ minimum: 0, description: "Open letters that the filter selects, on all pages" }),
  next: Next,
}, strict);

const Remaining = Type.Integer({ minimum: 0, description: "Letters that are still open" });

export const Retried = Type.Object({ retried: Type.Array(Type.String()), remaining: Remaining }, strict);

export const Dropped = Type.Object({ dropped: Type.Array(Type.String()), remaining: Remaining }, strict);

export const Mailbox = Type.Object({
  key: Type.String({ description: "`<source>:<ordering key>`" }),
  source: Type.String(),
  ordering_key: Type.String(),
  state: Type.Enum(["available", "running", "retryable", "paused", "parked"]),
  waiting: Type.Integer({ minimum: 0 }),
}, strict);

export const MailboxList = Type.Object({ items: Type.Array(Mailbox) }, strict);

export const Held = Type.Object({ key: Type.String(), held: Type.Boolean() }, strict);

export const Health = Type.Object({
  status: Type.Enum(["ok", "failing"]),
  checks: Type.Record(
    Type.String(),
    Type.Object({ ok: Type.Boolean(), detail: Type.Optional(Type.String()) }, strict),
  ),
}, strict);

export const Stats = Type.Object({
  total_received: Type.Integer({ minimum: 0, description: "Verified events, duplicates included" }),
  total_processed: Type.Integer({ minimum: 0 }),
  total_failed: Type.Integer({
    minimum: 0,
    description: "Ended without success: dead letters, and failures that were told to the sender",
  }),
  success_rate: Type.Number({
    minimum: 0,
    maximum: 1,
    description: "processed / (processed + failed); 1 while nothing has ended, since nothing has failed",
  }),
  avg_processing_time_ms: Type.Number({ minimum: 0, description: "Of the last attempts; 0 while nothing has ended" }),
  events_by_type: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
    description: "Received ones; types that neither a handler nor a source names are summed up under `other`",
  }),
}, { ...strict, description: "Since this daemon started" });
