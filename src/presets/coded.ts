/** Senders whose way of signing is code: of tokens, of whole messages, of fields in an order of their own. */
import { type CodedPreset, DAY, HOUR, MINUTE, SECOND } from "./preset.ts";

export const CODED: Readonly<Record<string, CodedPreset>> = {
  // plaid.com/docs, "Webhook verification": a JWT (ES256) that holds the body's SHA-256 and is 5 min old at most. 10 s
  // and retries for 24 h are not verified. Nothing numbers an event, and its type is in two places.
  plaid: {
    sender: "Plaid",
    setup: "the verification keys as JWK, one a secret, from /webhook_verification_key/get",
    code: "plaid",
    key: { "ecdsa-p256-raw": "public" },
    type: "{json:/webhook_type}.{json:/webhook_code}",
    keys: [],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: DAY,
  },

  // RFC 9421 with the content digest of RFC 9530. It says nothing of types, ids and patience: these are hookd's.
  "http-message-sig": {
    sender: "HTTP Message Signatures (RFC 9421)",
    setup: "the sender's public key (PEM) or the shared key (Base64); `content-digest` must be covered",
    code: "http-message",
    // An RSA key in PEM fits two algorithms: it is of the first, unless `params.alg` names the other.
    key: {
      "hmac-sha256": "base64",
      ed25519: "public",
      "ecdsa-p256-raw": "public",
      "rsa-pss-sha512": "public",
      "rsa-sha256": "public",
    },
    params: {
      alg: {
        about: "the algorithm that the keys are for",
        oneOf: ["hmac-sha256", "ed25519", "ecdsa-p256-sha256", "rsa-pss-sha512", "rsa-v1_5-sha256"],
      },
      // Without it a signature may leave the body out, and whoever sees one request can send any body.
      require_digest: {
        about: "whether `content-digest` must be signed",
        oneOf: ["true", "false"],
        otherwise: "true",
      },
      components: { about: "what else must be signed, parted by spaces: `@method @target-uri`" },
    },
    type: "header:X-Event-Type",
    keys: ["header:Idempotency-Key", "header:X-Idempotency-Key"],
    changedBody: "reject",
    ackDeadlineMs: 30 * SECOND,
    retryHorizonMs: DAY,
    retryHeader: "x-retry-count",
  },

  // docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages": every account is signed by one
  // certificate, hence the topic. 15 s; the default policy ends after three retries, others within hours (not
  // verified). A retry has the same MessageId.
  "aws-sns": {
    sender: "Amazon SNS",
    setup: "`params.topic_arn`; the signing certificate or its public key (PEM); SignatureVersion 2 on the topic",
    handshake: "SubscriptionConfirmation, once signed: shown to the operator, not fetched",
    code: "aws-sns",
    key: { "rsa-sha256": "public" },
    type: "json:/Type",
    keys: ["json:/MessageId"],
    // A retry has the time of the first try: an hour is the longest policy for HTTP, and 5 min the usual tolerance.
    toleranceMs: 65 * MINUTE,
    params: {
      topic_arn: { about: "the topics that may send here, parted by commas", isRequired: true },
      allow_sha1: { about: "whether SignatureVersion 1 counts, which is over SHA-1", oneOf: ["true", "false"] },
      fetch_certificate: {
        about: "whether a source without secrets fetches the signing certificate from its SNS host",
        oneOf: ["true", "false"],
      },
    },
    changedBody: "duplicate",
    ackDeadlineMs: 15 * SECOND,
    retryHorizonMs: 6 * HOUR,
  },
};
