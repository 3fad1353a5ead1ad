/** Other spellings of the URL that a sender may have signed: it signs the one that was entered at its end. */
import type { RawHeaders } from "../../../model.ts";
import { headerOf } from "../../headers.ts";
import type { SignedRequest } from "../verdict.ts";
import type { Variation } from "./bodies.ts";

const CONFIGURED = "Set `public_url` to what is entered at the sender, letter for letter.";

/** Each other than the URL itself, and none twice. */
export function urlVariations({ url, headers }: SignedRequest, target: string | undefined): Variation<string>[] {
  const made = [...(url === undefined ? [] : spellings(url)), ...hosts(headers, { url, target })];
  const seen = new Set([url]);
  return made.filter(({ value }) => !seen.has(value) && seen.add(value));
}

function spellings(url: string): Variation<string>[] {
  const match = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(url);
  if (match === null) return [];
  const [, scheme = "", authority = "", path = "", query = "", fragment = ""] = match;
  const other = scheme === "https" ? "http" : "https";
  const bare = authority.replace(/:\d+$/, "");
  const port = scheme === "https" ? ":443" : ":80";
  const slashed = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  const made: [url: string, clause: string][] = [
    [`${scheme}://${authority}${slashed}${query}`, `the URL had ${path.endsWith("/") ? "no" : "a"} slash at its end`],
    [`${other}://${authority}${path}${query}`, `the URL began with ${other}:`],
    [`${scheme}://${bare}${path}${query}`, "the URL named no port"],
    [`${scheme}://${bare}${port}${path}${query}`, `the URL named the port ${port.slice(1)}`],
    [`${scheme}://${authority}${path}`, "the URL had no query"],
    [`${other}://${authority}${slashed}${query}`, `the URL began with ${other}: and differed in the slash at its end`],
    [`${scheme}://${authority.toLowerCase()}${path}${query}`, "the URL's host were in lower case"],
    [`${scheme}://${authority}${decoded(path)}${decoded(query)}`, "the URL were not percent-encoded"],
    [URL.canParse(url) ? new URL(url).href : url, "the URL were normalised, as `new URL` does"],
    [`${scheme}://${authority}${path}${query}`, fragment === "" ? "" : "the URL had no fragment"],
    [`${path}${query}`, "the URL were its path and query alone"],
  ];
  return made.map(([value, clause]) => ({ value, clause, advice: CONFIGURED }));
}

/** What the request says of its own URL: never trusted, but a sender's own view of it may be just that. */
function hosts(
  headers: RawHeaders,
  { url, target }: { url: string | undefined; target: string | undefined },
): Variation<string>[] {
  const rest = target ?? url?.replace(/^https?:\/\/[^/?#]*/, "");
  if (rest === undefined) return [];
  return ["host", "x-forwarded-host"].flatMap((name) => {
    const host = headerOf(headers, name);
    if (typeof host !== "string" || !/^[A-Za-z0-9.:[\]-]{1,255}$/.test(host)) return [];
    return ["https", "http"].map((scheme) => ({
      value: `${scheme}://${host}${rest}`,
      clause: `the URL were ${scheme}:// and the host of the header ${name}`,
      advice: CONFIGURED,
    }));
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
