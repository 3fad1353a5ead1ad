/**
 * Writes an answer, also to a sender that is still sending: it gets to read the answer before the
 * connection goes, instead of a reset in the middle of its body.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Answer } from "./answer.ts";

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/**
 * Returns whether the answer was handed to the connection; false when the sender has gone. `unreadBytesMax`:
 * so much of an unread body is read and thrown away.
 */
export function send({ request, response }: Exchange, answer: Answer, unreadBytesMax: number): boolean {
  if (response.destroyed || response.headersSent) return false;
  const { status, body } = answer;
  const unread = !request.complete && !leavesLittleUnread(request, unreadBytesMax);
  response.writeHead(status, headersOf(answer, unread));
  if (unread) endAfterReading({ request, response }, body, unreadBytesMax);
  else response.end(body);
  return true;
}

function headersOf({ status, contentType, body, headers }: Answer, unread: boolean): OutgoingHttpHeaders {
  if (status === 204) return { ...headers, ...(unread && { Connection: "close" }) };
  const own = { "Content-Type": contentType, "Content-Length": Buffer.byteLength(body) };
  // Nearly all answers: an object that is spread costs more than it is worth.
  if (headers === undefined && !unread) return own;
  return { ...own, ...headers, ...(unread && { Connection: "close" }) };
}

/** Then node:http itself reads on to the next request of the connection. */
function leavesLittleUnread({ headers }: IncomingMessage, bytesMax: number): boolean {
  // A sender that waits to be asked may send its body or not: what comes next cannot be told apart. Node ends such a
  // connection by itself, Deno keeps it.
  if (headers["transfer-encoding"] !== undefined || headers.expect !== undefined) return false;
  return Number(headers["content-length"] ?? 0) <= bytesMax;
}

/**
 * Closing a socket with unread bytes resets it, and the reset can overtake the answer. So the answer goes out
 * first, and the end only once the body is through, or more of it than anybody should send; the request's own
 * deadline bounds the time.
 */
function endAfterReading({ request, response }: Exchange, body: string, bytesMax: number): void {
  let left = bytesMax;
  const end = () => {
    if (!response.writableEnded) response.end();
  };
  response.write(body);
  request.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  });
  request.on("end", end).on("close", end).resume();
}
