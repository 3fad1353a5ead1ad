/**
 * The OPTIONS handshake of the CloudEvents webhook specification 1.0, section 4: a sender asks before it sends, and
 * only an origin that the source names is told yes. A callback URL is never called.
 */
import type { RawHeaders } from "../model.ts";
import type { Answer } from "./answer.ts";
import { headerOf } from "./headers.ts";
import type { Route } from "./routes.ts";

/** The consent; undefined: none is given. */
export function consentTo(
  { origins, rate }: Pick<Route, "origins" | "rate">,
  headers: RawHeaders,
): Answer | undefined {
  const origin = headerOf(headers, "webhook-request-origin");
  if (typeof origin !== "string" || origin === "") return undefined;
  const allowed = origins.find((each) => each === "*" || each.toLowerCase() === origin.toLowerCase());
  if (allowed === undefined) return undefined;
  return {
    kind: "answer",
    status: 200,
    contentType: "text/plain; charset=utf-8",
    body: "",
    headers: {
      Allow: "POST",
      "WebHook-Allowed-Origin": allowed,
      // Per minute, and at least one: the specification knows no fractions.
      "WebHook-Allowed-Rate": rate === undefined
        ? "*"
        : String(Math.max(Math.floor((rate.count * 60_000) / rate.perMs), 1)),
    },
  };
}
