/**
 * What the OpenAPI document says of each route of the admin listener. Queries and bodies are the schemas that check
 * them, answers the schemas that type them, and examples are made by the functions that answer.
 */
import { jsonResponse, type OperationObject } from "../operation.ts";
import { DETAIL, HEALTH, LETTER, LETTER_ID, MAILBOX, STATS, SUMMARY } from "./admin-examples.ts";
import { EventQuery, LetterQuery, MailboxQuery, RetryFilter } from "./admin-query.ts";
import * as schemas from "./admin-schemas.ts";
import { describeRoute, health, ok } from "./describe-route.ts";

const metricsText = (example: string) => ({ schema: { type: "string" }, example });
const LETTER_PARAM = { name: "id", description: "A letter's id, or an event's for its open letter" };
const EVENT_PARAM = { name: "id", description: "The event's id" };
const KEY_PARAM = { name: "key", description: "`<source>:<ordering key>`, percent-encoded" };
const retried = { retried: [LETTER_ID], remaining: 0 };

export const OPERATIONS = {
  livez: describeRoute({
    id: "livez",
    tag: "health",
    summary: "Whether the process answers",
    open: true,
    responses: health({ status: "ok", checks: {} }, "The process should be started anew"),
  }),
  readyz: describeRoute({
    id: "readyz",
    tag: "health",
    summary: "Whether events are taken",
    open: true,
    responses: health(HEALTH, "Draining, the store refuses, or the queue is full"),
  }),
  metrics: describeRoute({
    id: "metrics",
    tag: "health",
    summary: "Metrics for Prometheus",
    open: true,
    responses: {
      200: {
        description: "Prometheus text; OpenMetrics where `Accept` prefers it",
        content: {
          "text/plain": metricsText("hookd_queue_depth 0\n"),
          "application/openmetrics-text": metricsText("hookd_queue_depth 0\n# EOF\n"),
        },
      },
    },
  }),
  stats: describeRoute({
    id: "stats",
    tag: "health",
    summary: "Sums since the start",
    responses: ok(schemas.Stats, STATS),
  }),
  listEvents: describeRoute({
    id: "list_events",
    tag: "events",
    summary: "Processed and waiting events, newest first",
    query: EventQuery,
    responses: ok(schemas.EventPage, { items: [SUMMARY], next: null }),
    problems: ["store_failed"],
  }),
  showEvent: describeRoute({
    id: "show_event",
    tag: "events",
    summary: "All of an event, as it was received, and every attempt",
    param: EVENT_PARAM,
    responses: ok(schemas.EventDetail, DETAIL),
    problems: ["event_not_found", "store_failed"],
  }),
  replayEvent: describeRoute({
    id: "replay_event",
    tag: "events",
    summary: "Run an event again",
    description: "As a new delivery that is linked to the first and claims no idempotency key.",
    param: EVENT_PARAM,
    mutates: true,
    responses: {
      202: jsonResponse("Stored", schemas.Replayed, {
        headers: { Location: { required: true, schema: { type: "string" } } },
        examples: { answer: { event_id: "019abcde-f099-7345-8678-9abcdef01234", replay_of: SUMMARY.event_id } },
      }),
    },
    problems: ["event_not_found", "store_failed"],
  }),
  listLetters: describeRoute({
    id: "list_dead_letters",
    tag: "dead letters",
    summary: "Open dead letters, oldest first",
    query: LetterQuery,
    responses: ok(schemas.LetterPage, { items: [LETTER], count: 1, next: null }),
    problems: ["store_failed"],
  }),
  retryLetters: describeRoute({
    id: "retry_dead_letters",
    tag: "dead letters",
    summary: "Run dead events again: all, or those that the filter names",
    body: RetryFilter,
    mutates: true,
    responses: ok(schemas.Retried, retried),
    problems: ["store_failed"],
  }),
  showLetter: describeRoute({
    id: "show_dead_letter",
    tag: "dead letters",
    summary: "One dead letter",
    param: LETTER_PARAM,
    responses: ok(schemas.Letter, LETTER),
    problems: ["letter_not_found", "store_failed"],
  }),
  dropLetter: describeRoute({
    id: "drop_dead_letter",
    tag: "dead letters",
    summary: "Give a dead event up",
    param: LETTER_PARAM,
    mutates: true,
    responses: ok(schemas.Dropped, { dropped: [LETTER_ID], remaining: 0 }),
    problems: ["letter_not_found", "store_failed"],
  }),
  retryLetter: describeRoute({
    id: "retry_dead_letter",
    tag: "dead letters",
    summary: "Run one dead event again",
    param: LETTER_PARAM,
    mutates: true,
    responses: ok(schemas.Retried, retried),
    problems: ["letter_not_found", "store_failed"],
  }),
  listMailboxes: describeRoute({
    id: "list_mailboxes",
    tag: "mailboxes",
    summary: "Ordering keys that wait, run or are held, held ones first",
    query: MailboxQuery,
    responses: ok(schemas.MailboxList, { items: [MAILBOX] }),
    problems: ["store_failed"],
  }),
  pauseMailbox: describeRoute({
    id: "pause_mailbox",
    tag: "mailboxes",
    summary: "Hold an ordering key back",
    param: KEY_PARAM,
    mutates: true,
    responses: ok(schemas.Held, { key: MAILBOX.key, held: true }),
    problems: ["invalid_mailbox_key", "source_not_found", "store_failed"],
  }),
  resumeMailbox: describeRoute({
    id: "resume_mailbox",
    tag: "mailboxes",
    summary: "Let an ordering key go on",
    param: KEY_PARAM,
    mutates: true,
    responses: ok(schemas.Held, { key: MAILBOX.key, held: false }),
    problems: ["invalid_mailbox_key", "store_failed"],
  }),
  openapi: describeRoute({
    id: "openapi",
    tag: "api",
    summary: "This document",
    open: true,
    responses: { 200: jsonResponse("OpenAPI 3.1", { type: "object", properties: { openapi: { const: "3.1.1" } } }) },
  }),
  docs: describeRoute({
    id: "docs",
    tag: "api",
    summary: "This document as a page",
    open: true,
    responses: { 200: { description: "A page", content: { "text/html": { schema: { type: "string" } } } } },
  }),
  docsAsset: describeRoute({
    id: "docs_asset",
    tag: "api",
    summary: "A file of the page",
    open: true,
    param: { name: "file", description: "Its name" },
    responses: {
      200: {
        description: "A script or a style sheet",
        content: { "text/javascript": { schema: { type: "string" } }, "text/css": { schema: { type: "string" } } },
      },
    },
    problems: ["not_found"],
  }),
} as const satisfies Record<string, OperationObject>;
