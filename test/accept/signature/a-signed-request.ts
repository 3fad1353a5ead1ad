/** A request as verification sees it. */
import { Buffer } from "node:buffer";
import type { SignedRequest } from "../../../src/accept/signature/verdict.ts";

export interface Asked {
  method?: string;
  url?: string | undefined;
  headers?: Record<string, string | string[]>;
  body?: string | Uint8Array;
}

export function aSignedRequest({ method = "POST", url, headers = {}, body = "" }: Asked): SignedRequest {
  const query = url?.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
  return {
    method,
    url,
    query,
    headers: Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value])),
    body: typeof body === "string" ? Buffer.from(body) : body,
    depthMax: 64,
  };
}
