/** What each response mode answers to an event that was stored, with examples made by the functions that answer. */
import { jsonResponse, mergeResponses, type Responses, RETRY_AFTER } from "../operation.ts";
import {
  alreadyProcessedAnswer,
  type Answer,
  failedAnswer,
  listAnswer,
  processedAnswer,
  queuedAnswer,
  senderProcessedAnswer,
  sentToDlqAnswer,
  temporaryFailureAnswer,
} from "./answer.ts";
import * as schemas from "./answer-schemas.ts";
import type { Route } from "./routes.ts";

const EVENT_ID = "019abcde-f012-7345-8678-9abcdef01234";
const KEY = "0b8a5f6c-3a51-4c7e-9d53-6f1d4f6f2f11";
const RESULT = '{"processed":true,"order_id":"order_7"}';
const ERROR = "the shop answered 502";
const failed = { eventId: EVENT_ID, error: ERROR, duplicate: false };

export function modeResponses(
  route: Pick<Route, "mode" | "unknown" | "publicUrl"> & Partial<Pick<Route, "list" | "takesLists">>,
): Responses {
  const own = {
    ...(route.mode === "sync" ? syncResponses : {}),
    ...(route.mode === "sender-retry" ? senderRetry : {}),
  };
  const lists = route.takesLists === true ? listResponses(route.mode) : {};
  const single = route.list === undefined ? queuedResponses(route) : {};
  const ignored = { 204: { description: "No handler takes this event type: taken note of and not stored" } };
  return mergeResponses(own, single, lists, route.unknown === "ignore" ? ignored : {});
}

const syncResponses: Responses = {
  200: jsonResponse(
    "The handler is done; or the event was sent before",
    { oneOf: [schemas.ProcessedAnswer, schemas.AlreadyProcessedAnswer] },
    {
      examples: {
        processed: bodyOf(
          processedAnswer({ eventId: EVENT_ID, key: KEY, result: RESULT, processingMs: 12, duplicate: false }),
        ),
        already_processed: bodyOf(alreadyProcessedAnswer({ eventId: EVENT_ID, key: KEY, result: RESULT })),
      },
    },
  ),
  500: jsonResponse(
    "The handler failed for good. The event is recorded as failed, and its key is free for the sender's retry",
    schemas.FailedAnswer,
    { examples: { failed: bodyOf(failedAnswer(failed)) } },
  ),
};

const senderRetry: Responses = {
  200: jsonResponse(
    "The handler is done; or it failed and the event is a dead letter; or the event was sent before",
    { oneOf: [schemas.SenderProcessedAnswer, schemas.SentToDlqAnswer, schemas.AlreadyProcessedAnswer] },
    {
      examples: {
        processed: bodyOf(senderProcessedAnswer({ result: RESULT, duplicate: false })),
        sent_to_dlq: bodyOf(sentToDlqAnswer(failed)),
        already_processed: alreadyProcessed(),
      },
    },
  ),
  503: jsonResponse("The handler failed and attempts are left: send it again", schemas.TemporaryFailureAnswer, {
    headers: RETRY_AFTER,
    examples: {
      temporary_failure: bodyOf(temporaryFailureAnswer({ ...failed, attempt: 1, retryAfterS: 1 })),
    },
  }),
};

/** In the modes that wait, the 202 is for a handler that is not done in time. */
function queuedResponses({ mode, publicUrl }: Pick<Route, "mode" | "publicUrl">): Responses {
  const told = { eventId: EVENT_ID, duplicate: false, publicUrl, ahead: 3 };
  const examples = { queued: bodyOf(queuedAnswer(mode, told)) };
  const already = jsonResponse("The event was sent before, and has ended", schemas.AlreadyProcessedAnswer, {
    examples: { already_processed: alreadyProcessed() },
  });
  const headers = { Location: { description: "The status URL", required: true, schema: { type: "string" } } };
  const durable = "The event is on disk; it will be handled";
  switch (mode) {
    case "queue":
      return { 200: already, 202: jsonResponse(durable, schemas.QueueAnswer, { examples }) };
    case "task":
      return { 200: already, 202: jsonResponse(durable, schemas.TaskAnswer, { examples }) };
    case "ack":
      return { 200: already, 202: jsonResponse(durable, schemas.AckAnswer, { examples }) };
    case "status":
      return { 200: already, 202: jsonResponse(durable, schemas.StatusAnswer, { examples, headers }) };
    case "sync":
    case "sender-retry":
      return { 202: jsonResponse("Not done in time; the work goes on", schemas.StatusAnswer, { examples, headers }) };
  }
}

function listResponses(mode: Route["mode"]): Responses {
  const list = bodyOf(listAnswer(mode, { eventIds: [EVENT_ID, EVENT_ID.replace("a", "b")], duplicates: 1 }));
  return {
    202: jsonResponse("All events are on disk; they will be handled", schemas.ListAnswer, { examples: { list } }),
  };
}

function alreadyProcessed(): unknown {
  return bodyOf(alreadyProcessedAnswer({ eventId: EVENT_ID, key: KEY, result: undefined }));
}

function bodyOf({ body }: Answer): unknown {
  return JSON.parse(body);
}
