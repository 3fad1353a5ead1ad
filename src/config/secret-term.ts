/**
 * Until when a secret counts, as it stands behind its reference: `${env:OLD_SECRET} until 2026-12-01`. During a
 * rotation both secrets verify, and the old one stops by itself.
 */
import type { UnixMs } from "../model.ts";

export type SecretTerm =
  | { kind: "ok"; text: string; notAfter: UnixMs | undefined }
  | { kind: "faulty"; expected: string; found: string };

/** A day, which ends with it in UTC, or a moment with its zone. Only behind a reference: a literal secret is as it is. */
export function parseTerm(given: string): SecretTerm {
  const match = /^(\$\{[^${}]+\})\s+until\s+(\S+)$/.exec(given);
  if (match === null) return { kind: "ok", text: given, notAfter: undefined };
  const [, text = "", moment = ""] = match;
  const isDay = /^\d{4}-\d\d-\d\d$/.test(moment);
  const isMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(moment);
  const at = isDay || isMoment ? Date.parse(isDay ? `${moment}T23:59:59.999Z` : moment) : NaN;
  if (Number.isNaN(at)) {
    return { kind: "faulty", expected: "a day or a moment such as 2026-12-01 or 2026-12-01T12:00:00Z", found: moment };
  }
  return { kind: "ok", text, notAfter: at };
}
