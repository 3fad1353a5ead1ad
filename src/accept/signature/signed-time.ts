/** When a request was signed, by the sender's clock. Strict: a lenient parser would take "1700000000abc" or "abc". */
import type { UnixMs } from "../../model.ts";
import type { DeclaredScheme } from "./scheme.ts";
import { type Signed, textAt } from "./signed-content.ts";
import type { SignatureReason } from "./verdict.ts";

/** Undefined where the scheme signs no time. */
export function signedTime({ time }: DeclaredScheme, signed: Signed): UnixMs | undefined | SignatureReason {
  if (time === undefined) return undefined;
  const text = textAt(time.from, signed);
  if (typeof text !== "string") return text.reason;
  return parseTime(text, time.unit) ?? "malformed_timestamp";
}

/** Unix seconds, Unix milliseconds, or RFC 3339 with up to nanoseconds. */
export function parseTime(text: string, unit: "s" | "ms" | "iso"): UnixMs | undefined {
  if (unit === "iso") {
    const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(text);
    const at = match === null ? NaN : Date.parse(`${match[1]}${(match[2] ?? "").slice(0, 4)}${match[3]}`);
    return Number.isNaN(at) ? undefined : at;
  }
  if (!/^\d{1,16}$/.test(text)) return undefined;
  return unit === "s" ? Number(text) * 1000 : Number(text);
}
