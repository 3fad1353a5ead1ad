/**
 * What a sender needs of a preset: whether it can sign as such senders do, with what, and where it puts type and key.
 * Read from the same rows as the receiver's, since what a sender does is one fact; how it is signed is written apart
 * from how it is verified, so that the one can test the other.
 */
import { Buffer } from "node:buffer";
import { HookdError } from "../errors.ts";
import type { Algorithm, DeclaredPreset, Preset } from "../presets/preset.ts";
import { presetOf, PRESETS } from "../presets/registry.ts";

/** Those whose key both sides have. */
const SHARED = ["hmac-sha256", "hmac-sha1", "sha256", "token"] as const satisfies Algorithm[];
export type SharedAlgorithm = (typeof SHARED)[number];

/** A preset that a shared secret signs for. */
export interface SenderPreset extends DeclaredPreset {
  /** Which of its labels and algorithms are used. */
  signs: { label: string; algorithm: SharedAlgorithm };
}

/** By name, or the data itself. Throws `ERR_USAGE` for one that does not exist or whose senders keep the key. */
export function senderPreset(preset: string | Preset): SenderPreset {
  const known = typeof preset === "string" ? presetOf(preset) : preset;
  const can = known && sharedPreset(known);
  if (can !== undefined) return can;
  const named = typeof preset === "string" ? ` "${preset}"` : "";
  const why = known === undefined ? "there is none of that name" : "only its own sender has the key";
  throw new HookdError("ERR_USAGE", `Cannot sign for the preset${named}: ${why}; possible: ${SIGNABLE.join(", ")}`);
}

/** Whether a shared secret signs for it. */
export function canSign(preset: string | Preset): boolean {
  const known = typeof preset === "string" ? presetOf(preset) : preset;
  return known !== undefined && sharedPreset(known) !== undefined;
}

/** Whether it signs a time, so that an old request is refused. */
export function signsTime(preset: Preset): boolean {
  return !("code" in preset) && preset.time !== undefined;
}

function sharedPreset(preset: Preset): SenderPreset | undefined {
  if ("code" in preset) return undefined;
  for (const [label, taken] of Object.entries(preset.signature.take)) {
    const algorithm = SHARED.find((shared) => shared === taken);
    if (algorithm !== undefined) return { ...preset, signs: { label, algorithm } };
  }
  return undefined;
}

/** Names of all that can be signed for. */
export const SIGNABLE: readonly string[] = Object.keys(PRESETS).filter(canSign);

/** The key that a secret's text stands for. Throws `ERR_USAGE` when it cannot be one; the message never quotes it. */
export function sharedKey({ key, signs: { algorithm } }: SenderPreset, secret: string): Buffer {
  const form = key[algorithm];
  const text = form === "whsec" ? secret.replace(/^whsec_/, "") : secret;
  if (text === "") throw new HookdError("ERR_USAGE", "Cannot sign: the secret is empty");
  if (form === "utf8") return Buffer.from(text, "utf8");
  // Buffer.from skips what it cannot decode, and would sign with some other key in silence.
  if (form === "hex" && /^([0-9a-f]{2})+$/i.test(text)) return Buffer.from(text, "hex");
  if (form !== "hex" && /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0) {
    return Buffer.from(text, "base64");
  }
  const what = form === "hex" ? "hex" : "Base64";
  throw new HookdError("ERR_USAGE", `Cannot sign: the secret is not ${what} text, as this preset's secrets are`);
}
