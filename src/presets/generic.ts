/** Ways of signing that many senders share: hookd's own, Standard Webhooks and its kin, a gateway that others run. */
import { DAY, type DeclaredPreset, HOUR, SECOND } from "./preset.ts";

const STANDARD: DeclaredPreset = {
  sender: "Standard Webhooks",
  setup: "the endpoint's `whsec_` secret, or its `whpk_` public key",
  signature: {
    in: ["header:webhook-signature"],
    items: " ",
    pair: ",",
    take: { v1: "hmac-sha256", v1a: "ed25519" },
    encoding: "base64",
  },
  key: { ed25519: "whpk", "hmac-sha256": "whsec" },
  content: "{header:webhook-id}.{header:webhook-timestamp}.{body}",
  time: { in: "header:webhook-timestamp", unit: "s" },
  type: "json:/type",
  keys: ["header:webhook-id"],
  changedBody: "duplicate",
  ackDeadlineMs: 15 * SECOND,
  retryHorizonMs: 76 * HOUR,
};

export const GENERIC: Readonly<Record<string, DeclaredPreset>> = {
  // What `hookd send` signs, and what a sender of your own does best to copy.
  hookd: {
    sender: "hookd and senders of your own",
    setup: "a random secret of 32 bytes or more, shared with the sender",
    signature: { in: ["header:X-Webhook-Signature"], pair: "=", take: { sha256: "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "header:X-Event-Type",
    keys: ["header:Idempotency-Key", "header:X-Idempotency-Key"],
    changedBody: "reject",
    ackDeadlineMs: 30 * SECOND,
    retryHorizonMs: DAY,
    retryHeader: "x-retry-count",
  },

  // Standard Webhooks specification 1.0. Senders should wait 15 to 30 s; its example schedule of retries adds up to
  // 75 h 35 min.
  standard: STANDARD,

  // docs.svix.com, "Verifying webhooks manually": Standard Webhooks under its older header names. Its default schedule
  // is 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (config.default.toml). The deadline of 15 s is not published. A
  // customer of Svix may have it send `webhook-*` instead: that is the preset `standard`.
  svix: {
    ...STANDARD,
    sender: "Svix, and those who send through it (Clerk, Resend)",
    setup: "the endpoint's Signing Secret (`whsec_`)",
    signature: { ...STANDARD.signature, in: ["header:svix-signature"] },
    content: "{header:svix-id}.{header:svix-timestamp}.{body}",
    time: { in: "header:svix-timestamp", unit: "s" },
    keys: ["header:svix-id"],
    retryHorizonMs: 28 * HOUR,
  },

  // getconvoy.io/docs, "Signatures" (advanced) and "Idempotency"; the project chooses encoding, schedule and deadline
  // (not verified beyond that). The events are as whoever runs the gateway writes them.
  convoy: {
    sender: "Convoy",
    setup: "the endpoint's secret; the project with advanced signatures, SHA256 and hex",
    signature: {
      in: ["header:X-Convoy-Signature"],
      items: ",",
      pair: "=",
      take: { v1: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{kv:t},{body}",
    time: { in: "kv:t", unit: "s" },
    type: "json:/event_type",
    keys: ["header:X-Convoy-Idempotency-Key"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: DAY,
  },
};
