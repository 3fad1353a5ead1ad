/**
 * The schemas of what a sender is told, CONTRACT section 3. The answers are typed by them, and the OpenAPI document
 * shows them, so that the three cannot part.
 */
import { Type } from "typebox";

const strict = { additionalProperties: false } as const;

const EventId = Type.String({ format: "uuid", description: "UUIDv7; whoever knows it may ask for the status" });
const duplicate = Type.Optional(Type.Literal(true, { description: "There when the event was sent before" }));
const error = Type.String({ description: "The message of the handler's failure" });
const Key = Type.String({ description: "The sender's, or the hex SHA-256 of the body" });
const Moment = Type.String({ format: "date-time" });
const Result = Type.Unknown({ description: "What the handler returned" });

export const QueueAnswer = Type.Object({
  status: Type.Literal("queued"),
  event_id: EventId,
  queue_position: Type.Optional(
    Type.Integer({ minimum: 0, description: "How many wait or run before it; not told to a duplicate" }),
  ),
  duplicate,
}, strict);

export const TaskAnswer = Type.Object({ status: Type.Literal("queued"), task_id: EventId, duplicate }, strict);

export const AckAnswer = Type.Object({
  status: Type.Literal("acknowledged"),
  event_id: EventId,
  message: Type.Literal("Webhook received, processing asynchronously"),
  duplicate,
}, strict);

export const StatusAnswer = Type.Object({
  status: Type.Literal("queued"),
  event_id: EventId,
  status_url: Type.String({ description: "GET it; a path where `public_url` is not set" }),
  duplicate,
}, strict);

/** To a request that carries a list of events. */
export const ListAnswer = Type.Object({
  status: Type.Enum(["acknowledged", "queued"]),
  event_ids: Type.Array(EventId, { description: "In the order of the list; of a duplicate the first event's" }),
  count: Type.Integer({ minimum: 0, description: "How many events were taken" }),
  duplicates: Type.Integer({ minimum: 0, description: "How many of them were sent before" }),
}, strict);

export const ProcessedAnswer = Type.Object({
  status: Type.Literal("processed"),
  event_id: EventId,
  idempotency_key: Key,
  processing_time_ms: Type.Integer({ minimum: 0 }),
  duplicate,
  result: Result,
}, strict);

export const SenderProcessedAnswer = Type.Object({
  status: Type.Literal("processed"),
  duplicate,
  result: Result,
}, strict);

export const AlreadyProcessedAnswer = Type.Object({
  status: Type.Literal("already_processed"),
  idempotency_key: Key,
  event_id: EventId,
  result: Type.Optional(Type.Unknown({ description: "In mode sync: what the handler returned the first time" })),
}, strict);

export const FailedAnswer = Type.Object({
  status: Type.Literal("failed"),
  error,
  event_id: EventId,
  duplicate,
}, strict);

export const TemporaryFailureAnswer = Type.Object({
  status: Type.Literal("temporary_failure"),
  error,
  attempt: Type.Integer({ minimum: 1, description: "`X-Retry-Count` plus one" }),
  duplicate,
}, strict);

export const SentToDlqAnswer = Type.Object({
  status: Type.Literal("failed"),
  error,
  sent_to_dlq: Type.Literal(true),
  duplicate,
}, strict);

/** The body of `GET /webhooks/status/{event_id}`. Never the payload. */
export const EventStatus = Type.Object({
  event_id: EventId,
  event_type: Type.String(),
  status: Type.Enum(["queued", "processing", "retrying", "processed", "dead"]),
  attempts: Type.Integer({ minimum: 0, description: "Finished ones" }),
  received_at: Moment,
  processed_at: Type.Optional(Moment),
  next_attempt_at: Type.Optional(Moment),
  error: Type.Optional(error),
  result: Type.Optional(Result),
}, strict);
