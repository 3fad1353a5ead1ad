/**
 * Answers of the admin listener: JSON, text, or a problem (RFC 9457) in the same shape that the public
 * listener uses. Promise: no answer can be cached, framed, sniffed or read by a page of another origin.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Static, TSchema } from "typebox";
import { PROBLEM_TYPE, problemBody, type Violation } from "../problem-body.ts";

export interface Answer {
  status: number;
  contentType: string;
  body: string | Uint8Array;
  headers?: Readonly<Record<string, string>>;
}

export interface TextAnswer extends Answer {
  body: string;
}

/** By code: the status, and when it is answered. */
export const PROBLEMS = {
  invalid_body: [400, "The body does not meet its schema; `errors` lists all that is wrong"],
  invalid_mailbox_key: [400, "A mailbox key is `<source>:<ordering key>`, percent-encoded"],
  invalid_query: [400, "A query parameter is unknown or malformed; `errors` lists all that is wrong"],
  malformed_json: [400, "The body is no JSON"],
  admin_token_invalid: [401, "The bearer token is missing or wrong"],
  origin_not_allowed: [403, "A page of another origin asked for a change"],
  event_not_found: [404, "No event has this id, or not any more"],
  letter_not_found: [404, "No open dead letter has this id"],
  not_found: [404, "Nothing is at this path"],
  source_not_found: [404, "No source has the name before the colon"],
  method_not_allowed: [405, "`Allow` names the methods that are"],
  body_too_large: [413, "The body is longer than 65536 bytes"],
  unsupported_media_type: [415, "The body is not `application/json`"],
  host_not_allowed: [421, "The `Host` is none of `admin.hosts`: a guard against DNS rebinding"],
  internal_error: [500, "A fault of hookd itself"],
  store_failed: [503, "The store cannot do this at the moment"],
} as const satisfies Record<string, readonly [status: number, when: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

interface Refused {
  code: ProblemCode;
  /** For people; also sent as `error`. */
  detail: string;
  errors?: readonly Violation[];
  headers?: Readonly<Record<string, string>>;
}

/** The type argument is the schema that the value meets. */
export function json<Schema extends TSchema>(
  status: number,
  value: Static<Schema>,
  headers: Readonly<Record<string, string>> = {},
): TextAnswer {
  return { status, contentType: "application/json", body: JSON.stringify(value), headers };
}

export function problem({ code, detail, errors, headers = {} }: Refused): TextAnswer {
  const [status] = PROBLEMS[code];
  return { status, contentType: PROBLEM_TYPE, body: problemBody({ status, code, detail, errors }), headers };
}

/** No `Access-Control-*` on purpose: no page of another origin may read an answer. */
const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  // What is left of an unread body would be taken for the next request, or be read for nothing.
  const close = request.complete ? {} : { Connection: "close" };
  response.writeHead(answer.status, {
    ...HEADERS,
    ...answer.headers,
    ...close,
    "Content-Type": answer.contentType,
    "Content-Length": Buffer.byteLength(answer.body),
  });
  response.end(request.method === "HEAD" ? undefined : answer.body);
}
