/** `GET /webhooks/status/{event_id}` as an operation of the OpenAPI document. */
import { jsonResponse, mergeResponses, type Operation, problemResponses } from "../operation.ts";
import { STATUS_PATH } from "./answer.ts";
import { EventStatus } from "./answer-schemas.ts";
import { problemCases } from "./problem-cases.ts";

export const STATUS_OPERATION: Operation = {
  method: "get",
  path: `${STATUS_PATH}{event_id}`,
  description: {
    operationId: "get_status",
    tags: ["status"],
    summary: "Where an event stands",
    description: "For whoever knows the event's id. Never the payload.",
    parameters: [
      { name: "event_id", in: "path", required: true, schema: { type: "string" } },
      {
        name: "wait",
        in: "query",
        description: "Holds the answer until the event has ended, for so long at most (a minute is the longest)",
        schema: { type: "string", examples: ["20s"] },
      },
    ],
    security: [],
    responses: mergeResponses(
      {
        200: jsonResponse("The event", EventStatus, {
          examples: {
            retrying: {
              event_id: "019abcde-f012-7345-8678-9abcdef01234",
              event_type: "order.placed",
              status: "retrying",
              attempts: 1,
              received_at: "2026-01-01T12:00:00.000Z",
              next_attempt_at: "2026-01-01T12:00:00.750Z",
              error: "the shop answered 502",
            },
          },
        }),
      },
      problemResponses(
        problemCases(
          ["bad_request", "invalid_wait", "not_found", "timeout", "headers_too_large", "internal_error", "draining"],
          { not_found: "Event not found" },
        ),
      ),
    ),
  },
};
