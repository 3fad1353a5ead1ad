/**
 * The gate before the path: what is wrong with a request by its headers alone, told before a byte of the body is read.
 */
import type { IncomingMessage } from "node:http";
import type { Config } from "../config.ts";
import { type Refusal, refuse } from "./problem.ts";
import { announcesMore } from "./read-body.ts";

export function admit(
  request: IncomingMessage,
  { bodyBytesMax }: Pick<Config["limits"], "bodyBytesMax">,
): Refusal | undefined {
  const encoding = request.headers["content-encoding"];
  // 102 kB of gzip can be 100 MiB of body; and what senders sign is what is on the wire.
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return refuse("unsupported_encoding", "A Content-Encoding other than identity is not taken", {
      // RFC 9110 section 15.5.16: how the sender learns what is taken.
      headers: { "Accept-Encoding": "identity" },
    });
  }
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  if (length === undefined && coding === undefined) {
    return refuse("length_required", "An event has a body: send it with a Content-Length, or chunked");
  }
  return announcesMore(request, bodyBytesMax) ? tooLarge(bodyBytesMax) : undefined;
}

export function tooLarge(bytesMax: number): Refusal {
  return refuse("body_too_large", `The body is longer than ${bytesMax} bytes`, { headers: { Connection: "close" } });
}
