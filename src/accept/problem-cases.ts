/**
 * Refusals for the OpenAPI document: what a code means, with a body as hookd sends it. `test/path/status-codes.test.ts`
 * provokes each of them and holds the bodies to it.
 */
import { type ProblemCase, RETRY_AFTER } from "../operation.ts";
import { problemAnswer, type ProblemCode, PROBLEMS, refuse } from "./problem.ts";

/** Of refusals whose words depend on the request, one that could be. */
const DETAIL: Readonly<Record<ProblemCode, string>> = {
  bad_request: "The request is not valid HTTP/1.1",
  malformed_json: "The body is not valid JSON",
  json_too_deep: "The body is nested deeper than 64 levels",
  event_type_missing: "The event has no type",
  invalid_value: "The event type is longer than 200 characters",
  repeated_value: "The header x-event-type was sent more than once",
  conflicting_keys: "The event has two different idempotency keys",
  invalid_retry_count: "X-Retry-Count is not one whole number from 0 to 1000",
  invalid_wait: 'The query parameter wait is not one duration such as "20s"',
  unknown_event_type: "Unknown event type: order.lost",
  schema_violation: "The event does not meet its schema: /total must be number",
  signature_invalid: "The signature of the request could not be verified",
  not_found: "There is nothing at this path",
  method_not_allowed: "This path takes POST only",
  timeout: "The request did not arrive in time",
  length_required: "An event has a body: send it with a Content-Length, or chunked",
  body_too_large: "The body is longer than 1048576 bytes",
  unsupported_encoding: "A Content-Encoding other than identity is not taken",
  idempotency_key_reused: "This idempotency key was used for an event with another body",
  rate_limited: "This source takes no more events at the moment",
  headers_too_large: "The headers are too long",
  internal_error: "Something went wrong in hookd",
  draining: "The daemon is stopping; send again in a moment",
  overloaded: "Too many events are waiting",
  key_unavailable: "The sender's key cannot be fetched at the moment; send again",
  store_failed: "The event could not be stored; send it again",
};

const ERRORS = [{ path: "/total", message: "must be number" }];

/** What the document says of these codes. `details` of their examples where the usual one does not fit. */
export function problemCases(
  codes: readonly ProblemCode[],
  details: Partial<Record<ProblemCode, string>> = {},
): ProblemCase[] {
  return codes.map((code) => {
    const [status, when] = PROBLEMS[code];
    const more = code === "schema_violation" ? { errors: ERRORS } : {};
    const { body } = problemAnswer(refuse(code, details[code] ?? DETAIL[code], more));
    const retry = status === 429 || status === 503 ? { headers: RETRY_AFTER } : {};
    return { status, code, when, example: JSON.parse(body), ...retry };
  });
}
