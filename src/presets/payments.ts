/** Senders that tell of money. */
import { DAY, type DeclaredPreset, SECOND } from "./preset.ts";

export const PAYMENTS: Readonly<Record<string, DeclaredPreset>> = {
  // docs.stripe.com/webhooks, "Verify webhook signatures manually" and "Retry behavior" (3 days in live mode). The
  // ack deadline is not published; 10 s is the usual one among senders. The whole `whsec_` text is the key.
  stripe: {
    sender: "Stripe",
    setup: "the endpoint's Signing secret (`whsec_`)",
    signature: {
      in: ["header:Stripe-Signature"],
      items: ",",
      pair: "=",
      take: { v1: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{kv:t}.{body}",
    time: { in: "kv:t", unit: "s" },
    type: "json:/type",
    keys: ["json:/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 3 * DAY,
  },

  // developer.paddle.com, "Verify webhook signatures" (5 s is the tolerance of its SDKs) and "Respond to webhooks" (5 s,
  // 60 retries over 3 days).
  paddle: {
    sender: "Paddle Billing",
    setup: "the notification destination's secret key (`pdl_ntfset_`)",
    signature: {
      in: ["header:Paddle-Signature"],
      items: ";",
      pair: "=",
      take: { h1: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{kv:ts}:{body}",
    time: { in: "kv:ts", unit: "s" },
    toleranceMs: 5 * SECOND,
    type: "json:/event_type",
    keys: ["json:/event_id"],
    changedBody: "duplicate",
    ackDeadlineMs: 5 * SECOND,
    retryHorizonMs: 3 * DAY,
  },

  // developer.squareup.com, "Verify and Validate an Event Notification". Deadline 10 s and retries for 24 h; an older
  // text says 72 h. No time is signed.
  square: {
    sender: "Square",
    setup: "the subscription's signature key; `public_url` with the path as its notification URL",
    signature: { in: ["header:x-square-hmacsha256-signature"], take: { "": "hmac-sha256" }, encoding: "base64" },
    key: { "hmac-sha256": "utf8" },
    content: "{url}{body}",
    type: "json:/type",
    keys: ["json:/event_id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 3 * DAY,
    retryHeader: "square-retry-number",
  },

  // docs.adyen.com, "Verify HMAC signatures": eight fields of each item, joined by colons that are not escaped. Deadline
  // 10 s, three quick retries, then a queue (7 days: not verified). The shop's own reference may be empty.
  adyen: {
    sender: "Adyen (payments)",
    setup: "the webhook's HMAC key (hex)",
    signature: { in: ["json:/additionalData/hmacSignature"], take: { "": "hmac-sha256" }, encoding: "base64" },
    key: { "hmac-sha256": "hex" },
    each: "/notificationItems/*/NotificationRequestItem",
    content: "{json:/pspReference}:{json:/originalReference}:{json:/merchantAccountCode}:{json:/merchantReference}:" +
      "{json:/amount/value}:{json:/amount/currency}:{json:/eventCode}:{json:/success}",
    optional: ["json:/originalReference", "json:/merchantReference"],
    events: "json:/notificationItems",
    type: "json:/NotificationRequestItem/eventCode",
    // One payment has several events; the success of each belongs to it.
    keys: [
      "{json:/NotificationRequestItem/pspReference}.{json:/NotificationRequestItem/eventCode}." +
      "{json:/NotificationRequestItem/success}",
    ],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 7 * DAY,
    weak: "it signs eight fields of an item and nothing else of it",
  },

  // docs.adyen.com, "Verify HMAC signatures" for Balance Platform and Management webhooks; retries as for payments (not
  // verified).
  "adyen-platform": {
    sender: "Adyen (platforms, banking)",
    setup: "the webhook's HMAC key (hex)",
    signature: { in: ["header:HmacSignature"], take: { "": "hmac-sha256" }, encoding: "base64" },
    key: { "hmac-sha256": "hex" },
    content: "{body}",
    type: "json:/type",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 7 * DAY,
  },

  // developer.paypal.com, "Integrate webhooks": up to 25 retries in 3 days; the deadline is not published. The
  // certificate at PAYPAL-CERT-URL is not fetched: it, or its public key, is the secret, and a new one has to be added by
  // hand. Whether a retry has a new time is not verified.
  paypal: {
    sender: "PayPal",
    setup: "PayPal's certificate or its public key (PEM), `params.webhook_id`; ask the API for the event itself",
    signature: { in: ["header:PAYPAL-TRANSMISSION-SIG"], take: { "": "rsa-sha256" }, encoding: "base64" },
    key: { "rsa-sha256": "pem" },
    content: "{header:PAYPAL-TRANSMISSION-ID}|{header:PAYPAL-TRANSMISSION-TIME}|{param:webhook_id}|{crc32}",
    time: { in: "header:PAYPAL-TRANSMISSION-TIME", unit: "iso" },
    type: "json:/event_type",
    keys: ["json:/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 3 * DAY,
    weak: "it binds the body by CRC32 only: whoever holds one request can give it another body",
  },

  // docs.wise.com, "Event handling": 5 s, at most 25 tries over two weeks.
  wise: {
    sender: "Wise",
    setup: "Wise's public key (PEM) for webhooks, of production or of the sandbox",
    signature: { in: ["header:X-Signature-SHA256"], take: { "": "rsa-sha256" }, encoding: "base64" },
    key: { "rsa-sha256": "pem" },
    content: "{body}",
    type: "json:/event_type",
    keys: ["header:X-Delivery-Id"],
    changedBody: "duplicate",
    ackDeadlineMs: 5 * SECOND,
    retryHorizonMs: 15 * DAY,
  },
};
