/** How often a sender says that it has tried before: for the log, and nothing depends on it. */
import type { RawHeaders } from "../model.ts";
import { headerOf } from "./headers.ts";
import type { Route } from "./routes.ts";

/** 0 for the first try, and for a count that is none. */
export function senderRetryOf({ retries }: Pick<Route, "retries">, headers: RawHeaders): number {
  const value = retries && headerOf(headers, retries.header);
  if (typeof value !== "string" || !/^\d{1,6}$/.test(value)) return 0;
  return Math.max(Number(value) - retries!.from, 0);
}
