/** Text from the network, for keys that a sender publishes: bounded in time and size, and never led elsewhere. */
import { Buffer } from "node:buffer";
import type { FetchText } from "./coded.ts";

/** Senders wait 15 s for the answer (SNS). */
const TIMEOUT_MS = 5_000;
const BYTES_MAX = 65_536;

/** Undefined for whatever is not a 200 with UTF-8 in time; never rejects. The caller has checked the URL. */
export function createFetchText({ timeoutMs = TIMEOUT_MS } = {}): FetchText {
  return async (url) => {
    try {
      // A redirect could lead into our own network.
      const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
      if (response.status === 200 && response.body !== null) return await textOf(response.body);
      await response.body?.cancel();
      return undefined;
    } catch {
      return undefined;
    }
  };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
}
