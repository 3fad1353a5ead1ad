/** How old a signature is by the sender's clock, and whether its unit is what the preset expects. */
import { type Signed, textAt } from "../signed-content.ts";
import { signedTime } from "../signed-time.ts";
import { type DeclaredCase, type Finding, signedOf } from "./case.ts";

/** `isRight`: the signature is. Nothing for a scheme that signs no time, and where the time is not there. */
export function explainTime(of: DeclaredCase, { isRight }: { isRight: boolean }): Finding[] {
  const { scheme, now } = of;
  const signed = signedOf(of);
  if (scheme.time === undefined || signed === undefined) return [];
  const at = signedTime(scheme, signed);
  if (typeof at !== "number") return [];
  const { toleranceMs } = scheme.time;
  const off = Math.abs(now - at);
  const verdict = off <= toleranceMs ? "within" : "beyond";
  const side = at === now ? "now" : `${spanText(off)} ${at < now ? "ago" : "ahead"}`;
  // What nobody signed is a claim.
  const text = `${isRight ? "Signed" : "Says it was signed"} ${side} (${dateText(at)}), ${verdict} the tolerance of ${
    spanText(toleranceMs)
  }.`;
  return [{ kind: "time", text: `${text}${off <= toleranceMs ? "" : explained(of, { signed, at })}` }];
}

function explained({ scheme, now }: DeclaredCase, { signed, at }: { signed: Signed; at: number }): string {
  const { from, unit } = scheme.time!;
  const text = textAt(from, signed);
  const digits = typeof text === "string" ? text.length : 0;
  if (unit === "s" && digits >= 12 && digits <= 14) {
    const real = at / 1000;
    return ` It is in milliseconds, where this preset has seconds: then it was ${spanText(Math.abs(now - real))} ${
      real <= now ? "ago" : "ahead"
    }.`;
  }
  if (unit === "ms" && digits === 10) return " It is in seconds, where this preset has milliseconds.";
  return at < now
    ? ` To see a capture as it was then, give --now ${Math.ceil(at / 1000)}. A request that came so late was delayed,` +
      " or sent again, or one of the clocks is wrong."
    : ` One of the clocks is wrong, by ${spanText(at - now)} or so.`;
}

/** `412 s`, and what it comes to where that is more than a few hours. */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 100) / 10;
  const hours = ms / 3_600_000;
  const large = hours < 3
    ? ""
    : hours < 72
    ? ` (${Math.round(hours)} hours)`
    : hours < 24 * 730
    ? ` (${Math.round(hours / 24)} days)`
    : ` (${Math.round(hours / 24 / 365)} years)`;
  return `${seconds} s${large}`;
}

/** Up to the year 9999; a time in the wrong unit may lie beyond what a date can be. */
function dateText(at: number): string {
  return at < 253_402_300_800_000 ? new Date(at).toISOString().replace(".000Z", "Z") : "beyond the year 9999";
}
