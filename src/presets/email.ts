/** Senders that tell of letters. */
import { DAY, type DeclaredPreset, HOUR, SECOND } from "./preset.ts";

export const EMAIL: Readonly<Record<string, DeclaredPreset>> = {
  // docs.sendgrid.com, "Event Webhook Security Features", and @sendgrid/eventwebhook 8.0: batches of up to 30 s, whose
  // last bytes are CR LF and signed too. Retries for 24 h (secondary source); deadline, and whether a retry is signed
  // anew, are not verified.
  sendgrid: {
    sender: "SendGrid (Event Webhook)",
    setup: "the verification key (public, Base64) of Signed Event Webhook Requests",
    signature: {
      in: ["header:X-Twilio-Email-Event-Webhook-Signature"],
      take: { "": "ecdsa-p256" },
      encoding: "base64",
    },
    key: { "ecdsa-p256": "spki" },
    content: "{header:X-Twilio-Email-Event-Webhook-Timestamp}{body}",
    time: { in: "header:X-Twilio-Email-Event-Webhook-Timestamp", unit: "s" },
    events: "json:",
    type: "json:/event",
    keys: ["json:/sg_event_id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: DAY,
  },

  // documentation.mailgun.com, "Securing webhooks": only time and token are signed, and the token is to be taken once.
  // Retries for 8 h, 406 ends them; deadline, and whether a retry has a new token, are not verified.
  mailgun: {
    sender: "Mailgun",
    setup: "the account's HTTP webhook signing key",
    signature: { in: ["json:/signature/signature"], take: { "": "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{json:/signature/timestamp}{json:/signature/token}",
    time: { in: "json:/signature/timestamp", unit: "s" },
    type: "json:/event-data/event",
    keys: ["json:/signature/token"],
    changedBody: "reject",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 8 * HOUR,
    weak: "it signs a time and a token, and nothing of the event",
  },
};
