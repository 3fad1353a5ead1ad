/**
 * Which header values an operator is not shown. Headers are kept as received, so that an event can be replayed
 * and examined, and many of them let whoever reads them act as the sender. Three rules; any one is enough:
 * the name says so, the value says so, or the value holds a secret of hookd.yaml.
 */
import type { RawHeaders } from "../model.ts";

export const REDACTED = "[redacted]";

/**
 * Names of credentials, and of signatures: a signature with its body can be sent again. Words, not parts of
 * words, where a part would catch too much (`x-author`, `idempotency-key`).
 */
const NAMES = [
  /(^|[-_])(auth|authorization|authentication|cookie|cookie2|credentials?|jwt|pass|password|passwd|session|sign)([-_]|$)/,
  /token|secret|signature|hmac|bearer/,
  /(api|access|private|signing|shared|auth|webhook|hook)[-_]?key/,
];

/** Credentials by their own form (RFC 7617, RFC 6750, RFC 7519), whatever the header is called. */
const VALUES = /^\s*(basic|bearer|digest|token)\s+\S|^eyJ[\w-]+\.[\w-]+\.[\w-]*$/i;

/** A secret shorter than this would be found in innocent values. */
const SECRET_LENGTH_MIN = 6;

/** The value to show of one header. */
export type Redact = (name: string, value: string) => string;

/** `secrets`: those of hookd.yaml, resolved. */
export function createRedact(secrets: readonly (string | undefined)[]): Redact {
  const known = secrets.filter((secret) => secret !== undefined).filter(({ length }) => length >= SECRET_LENGTH_MIN);
  return (name, value) => {
    const lower = name.toLowerCase();
    const hidden = NAMES.some((pattern) => pattern.test(lower)) || VALUES.test(value) ||
      known.some((secret) => value.includes(secret));
    return hidden ? REDACTED : value;
  };
}

/** In the order in which they arrived, repeated ones too. */
export function redactedHeaders(headers: RawHeaders, redact: Redact): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = "", value = ""] = headers.slice(index, index + 2);
    pairs.push([name, redact(name, value)]);
  }
  return pairs;
}
