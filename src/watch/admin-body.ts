/** Reads the JSON body of a change: bounded, and only when it says that it is JSON. */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { type Answer, problem } from "./admin-answer.ts";

/** A thousand letter ids are 50 KB. */
export const BODY_BYTES_MAX = 65_536;

export type ReadBody =
  /** Undefined when there was no body. */
  | { kind: "body"; value: unknown }
  | { kind: "faulty"; answer: Answer };

/** Rejects when the connection breaks before the body has ended. */
export async function readBody(request: IncomingMessage): Promise<ReadBody> {
  // Answered before a byte of it is read. A chunked body says no length and is counted instead.
  if (Number(request.headers["content-length"] ?? 0) > BODY_BYTES_MAX) return tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving this loop would destroy the socket, and with it the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).byteLength;
    if (bytes > BODY_BYTES_MAX) return tooLarge();
    chunks.push(chunk as Buffer);
  }
  if (bytes === 0) return { kind: "body", value: undefined };
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
    const detail = "A body has to be application/json";
    return { kind: "faulty", answer: problem({ code: "unsupported_media_type", detail }) };
  }
  return parsed(Buffer.concat(chunks));
}

function parsed(bytes: Buffer): ReadBody {
  try {
    return { kind: "body", value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return { kind: "faulty", answer: problem({ code: "malformed_json", detail: "The body is not JSON" }) };
  }
}

function tooLarge(): ReadBody {
  const detail = `A body may have ${BODY_BYTES_MAX} bytes`;
  return { kind: "faulty", answer: problem({ code: "body_too_large", detail }) };
}
