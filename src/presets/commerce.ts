/** Shops, and what keeps touch with their customers. */
import { DAY, type DeclaredPreset, HOUR, SECOND } from "./preset.ts";

/** shopify.dev, "Verify webhooks", "Troubleshoot webhooks": 5 s, eight retries over 4 h; no time is signed. */
const SHOPIFY: DeclaredPreset = {
  sender: "Shopify",
  setup: "the app's client secret; a webhook made in the admin has its own",
  signature: { in: ["header:X-Shopify-Hmac-Sha256"], take: { "": "hmac-sha256" }, encoding: "base64" },
  key: { "hmac-sha256": "utf8" },
  content: "{body}",
  type: "header:X-Shopify-Topic",
  keys: ["header:X-Shopify-Webhook-Id"],
  changedBody: "duplicate",
  ackDeadlineMs: 5 * SECOND,
  retryHorizonMs: 4 * HOUR,
};

/**
 * developers.hubspot.com, "Validating requests": up to 100 events in one list, unordered, whose `eventId` is not
 * unique. 5 s, ten retries over 24 h (secondary source). v1 and v2 come beside v3: a source takes one of them.
 */
const HUBSPOT: DeclaredPreset = {
  sender: "HubSpot v3",
  setup: "the app's client secret; `public_url` with the path as its target URL",
  signature: { in: ["header:X-HubSpot-Signature-v3"], take: { "": "hmac-sha256" }, encoding: "base64" },
  key: { "hmac-sha256": "utf8" },
  content: "{method}{url}{body}{header:X-HubSpot-Request-Timestamp}",
  urls: "hubspot",
  time: { in: "header:X-HubSpot-Request-Timestamp", unit: "ms" },
  events: "json:",
  type: "json:/subscriptionType",
  keys: [],
  changedBody: "duplicate",
  ackDeadlineMs: 5 * SECOND,
  retryHorizonMs: DAY,
};

/** Not HMAC: the hash of the secret with what is signed after it. */
const HUBSPOT_OLD = {
  events: "json:",
  signature: { in: ["header:X-HubSpot-Signature"], take: { "": "sha256" }, encoding: "hex" },
  key: { sha256: "utf8" },
  type: "json:/subscriptionType",
  keys: [],
  changedBody: "duplicate",
  ackDeadlineMs: 5 * SECOND,
  retryHorizonMs: DAY,
  weak: "its plain SHA-256 over the secret can be extended: bytes can be added without knowing it",
} as const;

export const COMMERCE: Readonly<Record<string, DeclaredPreset>> = {
  shopify: SHOPIFY,

  // @shopify/shopify-api 13.1, `ShopifyEventsHeader`: the same under newer names.
  "shopify-events": {
    ...SHOPIFY,
    sender: "Shopify (Events)",
    setup: "the app's client secret",
    signature: { ...SHOPIFY.signature, in: ["header:Shopify-Hmac-Sha256"] },
    type: "header:Shopify-Topic",
    keys: ["header:Shopify-Webhook-Id"],
  },

  "hubspot-v1": {
    ...HUBSPOT_OLD,
    sender: "HubSpot v1",
    setup: "the app's client secret; better: `hubspot-v3`",
    content: "{body}",
  },
  "hubspot-v2": {
    ...HUBSPOT_OLD,
    sender: "HubSpot v2",
    setup: "the app's client secret; `public_url` with the path as its target URL; better: `hubspot-v3`",
    content: "{method}{url}{body}",
  },
  "hubspot-v3": HUBSPOT,

  // developers.intercom.com, "Webhooks": 5 s and one retry (not verified).
  intercom: {
    sender: "Intercom",
    setup: "the app's client secret",
    signature: { in: ["header:X-Hub-Signature"], pair: "=", take: { sha1: "hmac-sha1" }, encoding: "hex" },
    key: { "hmac-sha1": "utf8" },
    content: "{body}",
    type: "json:/topic",
    keys: ["json:/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 5 * SECOND,
    retryHorizonMs: HOUR,
    weak: "it signs with SHA-1",
  },

  // developer.zendesk.com, "Verifying webhook authenticity" and "Anatomy of a webhook request". A deadline of 10 s and
  // three retries are from a secondary source. How old a time may be is not documented.
  zendesk: {
    sender: "Zendesk",
    setup: "the webhook's signing secret; for triggers, whose body you write, give it `type` and `id`",
    signature: { in: ["header:X-Zendesk-Webhook-Signature"], take: { "": "hmac-sha256" }, encoding: "base64" },
    key: { "hmac-sha256": "utf8" },
    content: "{header:X-Zendesk-Webhook-Signature-Timestamp}{body}",
    time: { in: "header:X-Zendesk-Webhook-Signature-Timestamp", unit: "iso" },
    type: "json:/type",
    keys: ["json:/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: HOUR,
  },

  // workos.com/docs, "Webhooks", and its SDKs (`t=…, v1=…` with a space, milliseconds, 3 min). Retries over 3 days; the
  // deadline is not verified.
  workos: {
    sender: "WorkOS",
    setup: "the endpoint's signing secret",
    signature: {
      in: ["header:WorkOS-Signature"],
      items: ", ",
      pair: "=",
      take: { v1: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{kv:t}.{body}",
    time: { in: "kv:t", unit: "ms" },
    toleranceMs: 180 * SECOND,
    type: "json:/event",
    keys: ["json:/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 3 * DAY,
  },
};
