/**
 * Everything that the public listener can refuse, in one table: the code that a sender may test on and the
 * status that goes with it. The answer is a problem of RFC 9457; it never tells a stack, a path, a secret,
 * or which of the checks on a signature failed.
 */
import { STATUS_CODES } from "node:http";
import type { RejectReason } from "../ports.ts";
import type { Answer } from "./answer.ts";
import type { Violation } from "./schema-check.ts";

const STATUS_OF = {
  bad_request: 400,
  malformed_json: 400,
  json_too_deep: 400,
  event_type_missing: 400,
  invalid_value: 400,
  repeated_value: 400,
  conflicting_keys: 400,
  invalid_retry_count: 400,
  invalid_wait: 400,
  unknown_event_type: 400,
  schema_violation: 400,
  signature_invalid: 401,
  not_found: 404,
  method_not_allowed: 405,
  timeout: 408,
  body_too_large: 413,
  unsupported_encoding: 415,
  idempotency_key_reused: 422,
  headers_too_large: 431,
  internal_error: 500,
  draining: 503,
  overloaded: 503,
  store_failed: 503,
} as const;

export type ProblemCode = keyof typeof STATUS_OF;

/** All codes, for the docs and their test. */
export const PROBLEM_STATUS: Readonly<Record<ProblemCode, number>> = STATUS_OF;

/** Seconds after which a sender may try again what hookd could not take now. */
const RETRY_AFTER_S: Partial<Record<ProblemCode, number>> = { draining: 5, overloaded: 2, store_failed: 5 };

/** A request that is not accepted: an expected ending. */
export interface Refusal {
  kind: "refused";
  code: ProblemCode;
  /** For the operator: a metric label and a log field. The sender sees `code` and `detail` only. */
  reason: RejectReason;
  detail: string;
  errors?: readonly Violation[];
  headers?: Readonly<Record<string, string>>;
}

/** The reason is the code unless it says more. */
export function refuse(code: ProblemCode, detail: string, more: Partial<Omit<Refusal, "kind">> = {}): Refusal {
  return { kind: "refused", code, reason: code, detail, ...more };
}

/** One body for every cause: an answer that told them apart would guide a forger. */
export function refuseSignature(reason: RejectReason): Refusal {
  return refuse("signature_invalid", "The signature of the request could not be verified", {
    reason,
    // RFC 9110 section 15.5.2 demands a challenge with every 401.
    headers: { "WWW-Authenticate": "Signature" },
  });
}

/** The refusal as an answer. `type` is RFC 9457's `about:blank`: `code` is what tells problems apart. */
export function problemAnswer(refusal: Refusal): Answer {
  const { code, detail, errors } = refusal;
  const status = STATUS_OF[code];
  const retryAfterS = RETRY_AFTER_S[code];
  return {
    kind: "answer",
    status,
    contentType: "application/problem+json",
    headers: { ...refusal.headers, ...(retryAfterS && { "Retry-After": String(retryAfterS) }) },
    body: JSON.stringify({
      type: "about:blank",
      title: STATUS_CODES[status],
      status,
      detail,
      code,
      error: detail,
      ...(errors && { errors }),
    }),
  };
}
