/**
 * How a sender signs, as data: one row per preset that signs with a shared secret. The mirror image of what
 * a receiver verifies, written apart from it, so that the one can test the other. The promise: the
 * signature is over exactly the bytes that are given.
 */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { HookdError } from "../errors.ts";

/** One row. Templates may name `{id}` (the idempotency key), `{time}` (Unix seconds) and `{signature}`. */
export interface SenderPreset {
  /** How the secret becomes the key: its UTF-8 bytes, or the Base64 text after an optional `whsec_`. */
  key: "utf8" | "whsec";
  /** What is signed with HMAC-SHA256; the body's bytes follow it. */
  signedBefore: string;
  encoding: "hex" | "base64";
  /** Headers of a signed request; those whose template names `{signature}` are left out of an unsigned one. */
  headers: Readonly<Record<string, string>>;
  /** Where the event type goes, as a reference of hookd.yaml. */
  type: string;
  /** Where the idempotency key goes. */
  id: string;
}

/**
 * Sources: CONTRACT section 5 (hookd), docs.github.com "Validating webhook deliveries", docs.stripe.com/webhooks
 * "Verify webhook signatures manually", and the Standard Webhooks specification 1.0.
 */
export const SENDER_PRESETS: Readonly<Record<string, SenderPreset>> = {
  hookd: {
    key: "utf8",
    signedBefore: "",
    encoding: "hex",
    headers: { "x-webhook-signature": "sha256={signature}" },
    type: "header:X-Event-Type",
    id: "header:X-Idempotency-Key",
  },
  github: {
    key: "utf8",
    signedBefore: "",
    encoding: "hex",
    headers: { "x-hub-signature-256": "sha256={signature}" },
    type: "header:X-GitHub-Event",
    id: "header:X-GitHub-Delivery",
  },
  stripe: {
    key: "utf8",
    signedBefore: "{time}.",
    encoding: "hex",
    headers: { "stripe-signature": "t={time},v1={signature}" },
    type: "json:/type",
    id: "json:/id",
  },
  standard: {
    key: "whsec",
    signedBefore: "{id}.{time}.",
    encoding: "base64",
    headers: { "webhook-id": "{id}", "webhook-timestamp": "{time}", "webhook-signature": "v1,{signature}" },
    type: "json:/type",
    id: "header:webhook-id",
  },
};

/** What one request is signed with. */
export interface Signing {
  body: Uint8Array;
  secret: string;
  /** The idempotency key. */
  id: string;
  /** Unix time in seconds. */
  time: number;
}

/** The row of that name. Throws `ERR_USAGE` when there is none. */
export function senderPreset(name: string): SenderPreset {
  const preset = Object.hasOwn(SENDER_PRESETS, name) ? SENDER_PRESETS[name] : undefined;
  if (preset !== undefined) return preset;
  const names = Object.keys(SENDER_PRESETS).join(", ");
  throw new HookdError("ERR_USAGE", `Cannot sign for the preset "${name}"; presets that can be signed for: ${names}`);
}

/** Whether the preset signs a time, so that an old request is refused. */
export function signsTime(preset: SenderPreset): boolean {
  return preset.signedBefore.includes("{time}");
}

/** Names of the headers that carry a signature, in lower case. */
export function signatureHeaders(preset: SenderPreset): string[] {
  return Object.keys(preset.headers).filter((name) => preset.headers[name]?.includes("{signature}"));
}

/** The headers that make a request a signed one. Throws `ERR_USAGE` for a secret that cannot be a key. */
export function signHeaders(preset: SenderPreset, signing: Signing): Record<string, string> {
  const values = { id: signing.id, time: String(signing.time) };
  const signature = createHmac("sha256", importKey(preset.key, signing.secret))
    .update(fill(preset.signedBefore, values))
    .update(signing.body)
    .digest(preset.encoding);
  const headers = Object.entries(preset.headers);
  return Object.fromEntries(headers.map(([name, template]) => [name, fill(template, { ...values, signature })]));
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}

function importKey(how: SenderPreset["key"], secret: string): Buffer {
  const text = how === "whsec" ? secret.replace(/^whsec_/, "") : secret;
  if (text === "") throw new HookdError("ERR_USAGE", "Cannot sign: the secret is empty");
  if (how === "utf8") return Buffer.from(text, "utf8");
  // Buffer.from skips what is no Base64, and would sign with some other key in silence.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new HookdError("ERR_USAGE", "Cannot sign: the secret is not Base64 text, as this preset's secrets are");
  }
  return Buffer.from(text, "base64");
}
