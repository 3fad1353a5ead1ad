/**
 * Answers of the admin listener: JSON, text, or a problem (RFC 9457) in the same shape that the public
 * listener uses. Promise: no answer can be cached, framed, sniffed or read by a page of another origin.
 */
import { Buffer } from "node:buffer";
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";

export interface Answer {
  status: number;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export type ProblemCode =
  | "admin_token_invalid"
  | "body_too_large"
  | "event_not_found"
  | "host_not_allowed"
  | "internal_error"
  | "invalid_body"
  | "invalid_mailbox_key"
  | "invalid_query"
  | "letter_not_found"
  | "malformed_json"
  | "method_not_allowed"
  | "not_found"
  | "origin_not_allowed"
  | "source_not_found"
  | "store_failed"
  | "unsupported_media_type";

/** One thing that is wrong with a request: a JSON pointer or parameter name, and what was expected there. */
export interface Fault {
  path: string;
  message: string;
}

export interface Problem {
  status: number;
  code: ProblemCode;
  /** For people; also sent as `error`. */
  detail: string;
  errors?: readonly Fault[];
  headers?: Readonly<Record<string, string>>;
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, contentType: "application/json", body: JSON.stringify(value), headers };
}

export function problem({ status, code, detail, errors, headers = {} }: Problem): Answer {
  const body = { type: "about:blank", title: STATUS_CODES[status], status, detail, code, error: detail, errors };
  return { status, contentType: "application/problem+json", body: JSON.stringify(body), headers };
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
