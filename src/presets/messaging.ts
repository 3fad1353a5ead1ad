/** Senders that tell of what people say to each other. */
import { DAY, type DeclaredPreset, HOUR, MINUTE, SECOND } from "./preset.ts";

/** twilio.com/docs/usage/security: one retry at most, after 15 s of silence. */
const TWILIO = {
  sender: "Twilio (forms)",
  setup: "Auth Token; `public_url` as the webhook was set, its port included; `data: body`",
  signature: { in: ["header:X-Twilio-Signature"], take: { "": "hmac-sha1" }, encoding: "base64" },
  key: { "hmac-sha1": "utf8" },
  // URL, then each name and value without anything between them: {ab: "c"} is {a: "bc"}.
  content: "{url}{form-sorted}",
  // A form has no event type, and the id is not verified.
  type: "literal:twilio",
  keys: ["header:I-Twilio-Idempotency-Token"],
  changedBody: "duplicate",
  ackDeadlineMs: 15 * SECOND,
  retryHorizonMs: MINUTE,
  weak: "it signs with SHA-1, and runs the fields of a form together",
} as const satisfies DeclaredPreset;

export const MESSAGING: Readonly<Record<string, DeclaredPreset>> = {
  // docs.slack.dev, "Verifying requests from Slack" and "The Events API": 3 s; retries at once, after 1 min and 5 min,
  // each signed anew; with delayed events every hour for 24 h (secondary source).
  slack: {
    sender: "Slack (Events API)",
    setup: "the app's Signing Secret; for commands and interactivity `type: literal:command`, `data: body`",
    handshake: "url_verification, once signed: the challenge is echoed",
    signature: { in: ["header:X-Slack-Signature"], pair: "=", take: { v0: "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "v0:{header:X-Slack-Request-Timestamp}:{body}",
    time: { in: "header:X-Slack-Request-Timestamp", unit: "s" },
    type: "json:/event/type",
    keys: ["json:/event_id"],
    changedBody: "duplicate",
    ackDeadlineMs: 3 * SECOND,
    retryHorizonMs: DAY,
    retryHeader: "x-slack-retry-num",
  },

  // discord.com/developers/docs, "Webhook Events": 3 s, backoff for up to 10 min. It sends wrong signatures on purpose
  // and wants 401 for them. Nothing in an event numbers it. How old a time may be is not documented.
  discord: {
    sender: "Discord (webhook events)",
    setup: "the application's Public Key; for interactions `type: json:/type`, `key: json:/id`",
    handshake: 'PING, once signed: 204, or `{"type":1}` for interactions',
    signature: { in: ["header:X-Signature-Ed25519"], take: { "": "ed25519" }, encoding: "hex" },
    key: { ed25519: "ed25519-hex" },
    content: "{header:X-Signature-Timestamp}{body}",
    time: { in: "header:X-Signature-Timestamp", unit: "s" },
    type: "json:/event/type",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 3 * SECOND,
    retryHorizonMs: 10 * MINUTE,
  },

  // developers.zoom.us, "Using webhooks": 3 s; retries after 5, 20 and 60 min on a 5xx only (secondary source), so that
  // what is refused as 401 is lost. How old a time may be is not documented. Nothing reliable numbers an event.
  zoom: {
    sender: "Zoom",
    setup: "the app's Secret Token",
    handshake: "endpoint.url_validation, once signed: the token and its HMAC",
    signature: { in: ["header:x-zm-signature"], pair: "=", take: { v0: "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "v0:{header:x-zm-request-timestamp}:{body}",
    time: { in: "header:x-zm-request-timestamp", unit: "s" },
    type: "json:/event",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 3 * SECOND,
    retryHorizonMs: 2 * HOUR,
  },

  twilio: TWILIO,

  // The same page, for JSON bodies: the URL holds the hash of the body.
  "twilio-json": {
    ...TWILIO,
    sender: "Twilio (JSON)",
    setup: "Auth Token; `public_url` as the webhook was set, its port included",
    content: "{url}",
    bodyHash: "query:bodySHA256",
    weak: "it signs with SHA-1",
  },

  // developers.facebook.com, "Webhooks: Validate payloads". Retries for 36 h; the deadline is not verified. The bytes
  // are signed as sent, with \u escapes. A request may batch several changes.
  meta: {
    sender: "Meta (WhatsApp, Messenger, Instagram)",
    setup: "App Secret, and `params.verify_token`",
    handshake: "GET with hub.challenge and the verify token: echoed",
    signature: { in: ["header:X-Hub-Signature-256"], pair: "=", take: { sha256: "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "json:/object",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 36 * HOUR,
  },

  // developers.line.biz, "Verify webhook signature". Redelivery is off unless the channel asks for it; deadline and
  // horizon are not verified.
  line: {
    sender: "LINE",
    setup: "the channel's Channel secret",
    signature: { in: ["header:x-line-signature"], take: { "": "hmac-sha256" }, encoding: "base64" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    events: "json:/events",
    type: "json:/type",
    keys: ["json:/webhookEventId"],
    changedBody: "duplicate",
    ackDeadlineMs: 2 * SECOND,
    retryHorizonMs: DAY,
  },

  // docs.x.com, "Account Activity API: securing webhooks". The signature's key also answers its challenge. Deadline and
  // retries are not verified.
  x: {
    sender: "X (Account Activity)",
    setup: "the app's API secret key (consumer secret)",
    handshake: "GET with crc_token: its HMAC, for tokens of a narrow alphabet only",
    signature: {
      in: ["header:x-twitter-webhooks-signature"],
      pair: "=",
      take: { sha256: "hmac-sha256" },
      encoding: "base64",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    // Each kind of activity is a property of its own.
    type: "literal:x.activity",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: HOUR,
  },

  // core.telegram.org/bots/api, "setWebhook" and "Getting updates": updates are kept for 24 h. The deadline is not
  // published.
  telegram: {
    sender: "Telegram (Bot API)",
    setup: "the `secret_token` that was given to setWebhook",
    signature: { in: ["header:X-Telegram-Bot-Api-Secret-Token"], take: { "": "token" }, encoding: "text" },
    key: { token: "utf8" },
    content: "",
    // Each kind of update is a property of its own.
    type: "literal:telegram.update",
    keys: ["json:/update_id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: DAY,
    weak: "the secret itself travels with each request, and nothing of the event is signed",
  },

  // dev.twitch.tv, "Handling webhook events": older than 10 min is to be refused. Deadline and horizon are not verified.
  twitch: {
    sender: "Twitch (EventSub)",
    setup: "the secret that the subscription was made with",
    handshake: "webhook_callback_verification, once signed: the challenge is echoed",
    signature: {
      in: ["header:Twitch-Eventsub-Message-Signature"],
      pair: "=",
      take: { sha256: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{header:Twitch-Eventsub-Message-Id}{header:Twitch-Eventsub-Message-Timestamp}{body}",
    time: { in: "header:Twitch-Eventsub-Message-Timestamp", unit: "iso" },
    toleranceMs: 10 * MINUTE,
    // The header of that name is not signed.
    type: "json:/subscription/type",
    keys: ["header:Twitch-Eventsub-Message-Id"],
    changedBody: "duplicate",
    ackDeadlineMs: 5 * SECOND,
    retryHorizonMs: DAY,
    retryHeader: "twitch-eventsub-message-retry",
  },
};
