/** Senders that tell of files, forms, contracts and calendars. */
import { DAY, type DeclaredPreset, HOUR, MINUTE, SECOND } from "./preset.ts";

/** DocuSign Connect numbers its headers by key, up to this one. */
const DOCUSIGN_KEYS_MAX = 100;

export const DOCUMENTS: Readonly<Record<string, DeclaredPreset>> = {
  // dropbox.com/developers, "Webhooks": it says which accounts changed, and nothing numbers a notice. Deadline 10 s; the
  // horizon is not verified.
  dropbox: {
    sender: "Dropbox",
    setup: "App secret; two notices about one account are the same bytes: keep `idempotency.ttl` short",
    handshake: "GET with challenge: echoed",
    signature: { in: ["header:X-Dropbox-Signature"], take: { "": "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "literal:list_folder",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: HOUR,
  },

  // developer.box.com, "Signature verification": two headers, for two keys; older than 10 min is to be refused. Deadline
  // and horizon are not verified.
  box: {
    sender: "Box",
    setup: "the application's primary and secondary signature keys, both as secrets",
    signature: {
      in: ["header:Box-Signature-Primary", "header:Box-Signature-Secondary"],
      take: { "": "hmac-sha256" },
      encoding: "base64",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{body}{header:Box-Delivery-Timestamp}",
    time: { in: "header:Box-Delivery-Timestamp", unit: "iso" },
    toleranceMs: 10 * MINUTE,
    type: "json:/trigger",
    keys: ["json:/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 30 * SECOND,
    retryHorizonMs: DAY,
  },

  // developers.docusign.com, "HMAC security": one header for each active key; a key that is deleted moves the numbers.
  // Deadline 100 s and retries for 15 days are not verified. The body has no id of its own.
  docusign: {
    sender: "DocuSign Connect",
    setup: "the account's Connect keys, JSON (SIM) as the format",
    signature: {
      in: Array.from({ length: DOCUSIGN_KEYS_MAX }, (_, at) => `header:X-DocuSign-Signature-${at + 1}`),
      take: { "": "hmac-sha256" },
      encoding: "base64",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "json:/event",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 100 * SECOND,
    retryHorizonMs: 15 * DAY,
  },

  // typeform.com/developers, "Secure your webhooks". Deadline 30 s; the horizon is not verified.
  typeform: {
    sender: "Typeform",
    setup: "Secret of the webhook",
    signature: { in: ["header:Typeform-Signature"], pair: "=", take: { sha256: "hmac-sha256" }, encoding: "base64" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "json:/event_type",
    keys: ["json:/event_id"],
    changedBody: "duplicate",
    ackDeadlineMs: 30 * SECOND,
    retryHorizonMs: DAY,
  },

  // developer.calendly.com, "Webhook signatures" (3 min in its sample) and "Webhook errors": 15 s, retries for 24 h (not
  // verified). Nothing numbers a delivery.
  calendly: {
    sender: "Calendly",
    setup: "the subscription's signing key",
    signature: {
      in: ["header:Calendly-Webhook-Signature"],
      items: ",",
      pair: "=",
      take: { v1: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{kv:t}.{body}",
    time: { in: "kv:t", unit: "s" },
    toleranceMs: 180 * SECOND,
    type: "json:/event",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 15 * SECOND,
    retryHorizonMs: DAY,
  },

  // sanity.io/docs, "GROQ-powered webhooks", and @sanity/webhook 4.0: time in milliseconds, Base64 for URLs. The body is
  // what the webhook's projection makes of it. Deadline 30 s, retries for 30 min (not verified).
  sanity: {
    sender: "Sanity",
    setup: "Secret of the webhook",
    signature: {
      in: ["header:sanity-webhook-signature"],
      items: ",",
      pair: "=",
      take: { v1: "hmac-sha256" },
      encoding: "base64url",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{kv:t}.{body}",
    time: { in: "kv:t", unit: "ms" },
    type: "header:sanity-operation",
    keys: ["header:idempotency-key"],
    changedBody: "duplicate",
    ackDeadlineMs: 30 * SECOND,
    retryHorizonMs: HOUR,
  },
};
