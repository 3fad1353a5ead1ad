/**
 * Requests that never became one: broken framing, headers too large, senders too slow. They come as errors
 * of the connection, and each gets its own status: a 431 told as 400 hides from a sender what to mend.
 */
import { Buffer } from "node:buffer";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { systemCode } from "../errors.ts";
import { problemAnswer, type Refusal, refuse } from "./problem.ts";

/** By the error codes of node:http; all others are malformed requests. */
export function clientErrorRefusal(error: Error): Refusal {
  switch (systemCode(error)) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return refuse("timeout", "The request did not arrive in time");
    case "HPE_HEADER_OVERFLOW":
      return refuse("headers_too_large", "The headers are too long");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return refuse("body_too_large", "The chunk extensions are too long");
    default:
      return refuse("bad_request", "The request is not valid HTTP/1.1");
  }
}

/** There is no response to write to, so the answer goes to the socket as it is. */
export function endWithProblem(socket: Socket, refusal: Refusal): void {
  const { status, contentType, body } = problemAnswer(refusal);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
