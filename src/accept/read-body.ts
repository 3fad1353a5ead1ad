/**
 * The exact bytes of a request, up to the limit. Bytes are counted as they come: a Content-Length may lie and
 * a chunked body has none. Nothing is ever cut short and taken for the whole.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Exchange } from "./send.ts";

export type ReadBody =
  | { kind: "body"; bytes: Buffer }
  /** More than the limit: what is left stays unread. */
  | { kind: "too-large" }
  /** The sender hung up, was too slow, or broke the chunk framing. */
  | { kind: "incomplete" };

/** Whether the headers already announce more than `bytesMax`. */
export function announcesMore(request: IncomingMessage, bytesMax: number): boolean {
  return Number(request.headers["content-length"] ?? 0) > bytesMax;
}

/** Whether the sender waits for a 100 before it sends the body (RFC 9110 section 10.1.1). */
function awaitsContinue(request: IncomingMessage): boolean {
  return request.headers.expect?.toLowerCase() === "100-continue";
}

/** Reads the body and calls `done` once. Asks for it first where the sender waits to be asked. */
export function readBody(
  { request, response }: Exchange,
  bytesMax: number,
  done: (read: ReadBody) => void,
): void {
  // Its end was told already: it went while it waited.
  if (request.destroyed) return done({ kind: "incomplete" });
  if (announcesMore(request, bytesMax)) return done({ kind: "too-large" });
  if (awaitsContinue(request)) response.writeContinue();
  // Nearly every body comes in one piece.
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let length = 0;
  let isOver = false;
  // Later events find it over: to take the listeners off costs more than it saves.
  const finish = (read: ReadBody) => {
    if (isOver) return;
    isOver = true;
    done(read);
  };
  request.on("data", (chunk: Buffer) => {
    if (isOver) return;
    length += chunk.length;
    if (length > bytesMax) {
      request.pause();
      finish({ kind: "too-large" });
    } else if (first === undefined) first = chunk;
    else (more ??= [first]).push(chunk);
  });
  request.on("end", () => {
    finish({ kind: "body", bytes: more === undefined ? first ?? Buffer.alloc(0) : Buffer.concat(more, length) });
  });
  request.on("close", () => finish({ kind: "incomplete" }));
}
