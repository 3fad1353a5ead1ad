/**
 * Finds the end of an HTTP/1.1 answer and its status, no more: one answer at a time, with a Content-Length or chunked.
 * A whole HTTP client would cost the generator more than a server costs to answer.
 */
import { Buffer } from "node:buffer";

export interface Answer {
  status: number;
  /** The server closes the connection after this answer. */
  closes: boolean;
}

export class AnswerReader {
  #seen: Buffer | undefined;

  /** The answer, once its last byte is in `bytes`. */
  push(bytes: Buffer): Answer | undefined {
    const all = this.#seen === undefined ? bytes : Buffer.concat([this.#seen, bytes]);
    const answer = readAnswer(all);
    this.#seen = answer === undefined ? all : undefined;
    return answer;
  }

  /** Forgets what was read of an answer whose connection broke. */
  reset(): void {
    this.#seen = undefined;
  }
}

function readAnswer(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = bytes.toString("latin1", 0, headEnd).toLowerCase();
  const body = bytes.subarray(headEnd + 4);
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  const ended = length === undefined ? endsChunked(head, body) : body.length >= Number(length);
  return ended ? { status: Number(head.slice(9, 12)), closes: /\r\nconnection: *close/.test(head) } : undefined;
}

/** The last chunk is empty. Without any length there is no body (204), as for servers that keep connections alive. */
function endsChunked(head: string, body: Buffer): boolean {
  if (!/\r\ntransfer-encoding: *chunked/.test(head)) return true;
  return body.length === 5
    ? body.toString("latin1") === "0\r\n\r\n"
    : body.subarray(-7).toString("latin1") === "\r\n0\r\n\r\n";
}
