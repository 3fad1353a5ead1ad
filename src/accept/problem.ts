/**
 * Everything that the public listener can refuse, in one table: the code that a sender may test on and the
 * status that goes with it. The answer is a problem of RFC 9457; it never tells a stack, a path, a secret,
 * or which of the checks on a signature failed.
 */
import type { RejectReason } from "../ports.ts";
import { PROBLEM_TYPE, problemBody, type Violation } from "../problem-body.ts";
import type { Answer } from "./answer.ts";

/** By code: the status, and when it is answered. */
export const PROBLEMS = {
  bad_request: [400, "The request is not valid HTTP/1.1"],
  malformed_json: [400, "The body is no JSON"],
  json_too_deep: [400, "The body is nested more deeply than `limits.depth`"],
  event_type_missing: [400, "The event has no type where the source says that it is"],
  invalid_value: [400, "A type, key or challenge is too long, no text, or has characters that it may not have"],
  repeated_value: [400, "A header or query parameter that counts was sent twice"],
  conflicting_keys: [400, "Two headers name different idempotency keys"],
  invalid_retry_count: [400, "`X-Retry-Count` is no whole number in its range"],
  invalid_wait: [400, "`wait` is no duration"],
  unknown_event_type: [400, "No handler takes the type, or the source does not; `errors` lists what else is wrong"],
  schema_violation: [400, "The body or the data does not meet its schema; `errors` lists every violation"],
  signature_invalid: [401, "The signature could not be verified; one answer for every cause"],
  not_found: [404, "Nothing is at this path, or no event has this id"],
  method_not_allowed: [405, "`Allow` names the method that is"],
  timeout: [408, "The request did not arrive in time"],
  length_required: [411, "The request has neither a `Content-Length` nor a chunked body"],
  body_too_large: [413, "The body is longer than `limits.body`"],
  unsupported_encoding: [415, "The body is compressed, or a CloudEvent in a format that the source does not take"],
  idempotency_key_reused: [422, "The idempotency key came before, with another body"],
  rate_limited: [429, "The source's `rate` is used up"],
  headers_too_large: [431, "The headers are longer than `limits.headers`"],
  internal_error: [500, "A fault of hookd itself"],
  draining: [503, "hookd is stopping"],
  overloaded: [503, "`limits.queue` events wait already, and no room came within a second"],
  key_unavailable: [503, "The sender's key could not be fetched"],
  store_failed: [503, "The event could not be made durable; its key is free"],
} as const satisfies Record<string, readonly [status: number, when: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Seconds after which a sender may try again what hookd could not take now. */
const RETRY_AFTER_S: Partial<Record<ProblemCode, number>> = {
  draining: 5,
  overloaded: 2,
  key_unavailable: 10,
  store_failed: 5,
};

/** The label of refusals that belong to no source. */
export const NO_SOURCE = "unmatched";

/** A request that is not accepted: an expected ending. */
export interface Refusal {
  kind: "refused";
  code: ProblemCode;
  /** For the operator: a metric label and a log field. The sender sees `code` and `detail` only. */
  reason: RejectReason;
  detail: string;
  errors?: readonly Violation[];
  /** How many events are refused with it; absent: one, or nobody knows. */
  events?: number;
  headers?: Readonly<Record<string, string>>;
}

/** The reason is the code unless it says more. */
export function refuse(code: ProblemCode, detail: string, more: Partial<Omit<Refusal, "kind">> = {}): Refusal {
  return { kind: "refused", code, reason: code, detail, ...more };
}

export const DRAINING = refuse("draining", "The daemon is stopping; send again in a moment", {
  headers: { Connection: "close" },
});

/** One body for every cause: an answer that told them apart would guide a forger. */
export function refuseSignature(reason: RejectReason): Refusal {
  return refuse("signature_invalid", "The signature of the request could not be verified", {
    reason,
    // RFC 9110 section 15.5.2 demands a challenge with every 401.
    headers: { "WWW-Authenticate": "Signature" },
  });
}

/** A key that cannot be fetched is our want, not the sender's: it is to come again. */
export function refuseUnverified(reason: RejectReason): Refusal {
  return reason === "key_unavailable"
    ? refuse("key_unavailable", "The sender's key cannot be fetched at the moment; send again")
    : refuseSignature(reason);
}

/** The refusal as an answer. `type` is RFC 9457's `about:blank`: `code` is what tells problems apart. */
export function problemAnswer(refusal: Refusal): Answer {
  const { code, detail, errors } = refusal;
  const [status] = PROBLEMS[code];
  const retryAfterS = RETRY_AFTER_S[code];
  return {
    kind: "answer",
    status,
    contentType: PROBLEM_TYPE,
    headers: { ...refusal.headers, ...(retryAfterS && { "Retry-After": String(retryAfterS) }) },
    body: problemBody({ status, code, detail, errors }),
  };
}
