/** Code hosts, their trackers, and what watches the code run. */
import { DAY, type DeclaredPreset, HOUR, MINUTE, SECOND } from "./preset.ts";
import { GENERIC } from "./generic.ts";

export const CODE_HOSTS: Readonly<Record<string, DeclaredPreset>> = {
  // docs.github.com, "Validating webhook deliveries" and "Handling failed webhook deliveries": never repeats by itself.
  // The id is shared by all hooks of one event, and kept when somebody asks for a redelivery.
  github: {
    sender: "GitHub",
    setup: "Secret of the webhook, content type application/json",
    signature: { in: ["header:X-Hub-Signature-256"], pair: "=", take: { sha256: "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "header:X-GitHub-Event",
    keys: ["header:X-GitHub-Delivery"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 0,
  },

  // GitLab merge request 230944: Standard Webhooks with GitLab's own event names. Deadline of GitLab.com (secondary
  // source); no automatic retries are documented.
  gitlab: {
    ...GENERIC["standard"]!,
    sender: "GitLab (signing token)",
    setup: "the webhook's signing token (`whsec_`)",
    key: { "hmac-sha256": "whsec" },
    signature: { ...GENERIC["standard"]!.signature, take: { v1: "hmac-sha256" } },
    type: "header:X-Gitlab-Event",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 0,
  },

  // docs.gitlab.com, "Webhooks": the secret token is sent as it is.
  "gitlab-token": {
    sender: "GitLab (secret token)",
    setup: "the webhook's secret token; better: give it a signing token and use `gitlab`",
    signature: { in: ["header:X-Gitlab-Token"], take: { "": "token" }, encoding: "text" },
    key: { token: "utf8" },
    content: "",
    type: "header:X-Gitlab-Event",
    keys: ["header:Idempotency-Key"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 0,
    weak: "the secret itself travels with each request, and nothing of the event is signed",
  },

  // support.atlassian.com, "Manage webhooks". Deadline and number of retries (2) are not verified.
  bitbucket: {
    sender: "Bitbucket Cloud",
    setup: "Secret of the webhook",
    signature: { in: ["header:X-Hub-Signature"], pair: "=", take: { sha256: "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "header:X-Event-Key",
    keys: ["header:X-Request-UUID"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: HOUR,
    retryHeader: "x-attempt-number",
    retriesFrom: 1,
  },

  // developer.atlassian.com, Jira Cloud "Webhooks". Up to five retries, 5 to 15 min apart; the deadline is not verified.
  jira: {
    sender: "Jira Cloud",
    setup: "Secret of the webhook",
    signature: { in: ["header:X-Hub-Signature"], pair: "=", take: { sha256: "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "json:/webhookEvent",
    keys: ["header:X-Atlassian-Webhook-Identifier"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 2 * HOUR,
    retryHeader: "x-atlassian-webhook-retry",
  },

  // @linear/sdk `LinearWebhookClient`: the time that counts is in the body; `Linear-Timestamp` is not signed. Retries
  // after 1 min, 1 h and 6 h (not verified).
  linear: {
    sender: "Linear",
    setup: "Signing secret of the webhook",
    signature: { in: ["header:Linear-Signature"], take: { "": "hmac-sha256" }, encoding: "hex" },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    time: { in: "json:/webhookTimestamp", unit: "ms" },
    toleranceMs: MINUTE,
    type: "json:/type",
    keys: ["header:Linear-Delivery"],
    changedBody: "duplicate",
    ackDeadlineMs: 5 * SECOND,
    retryHorizonMs: 8 * HOUR,
  },

  // developer.atlassian.com, Trello "Webhooks": the callback URL is signed after the body. Retries after 30, 60 and
  // 120 s, deadline 30 s (not verified).
  trello: {
    sender: "Trello",
    setup: "the application's secret; `public_url` with the path as it was given as callbackURL",
    signature: { in: ["header:X-Trello-Webhook"], take: { "": "hmac-sha1" }, encoding: "base64" },
    key: { "hmac-sha1": "utf8" },
    content: "{body}{url}",
    type: "json:/action/type",
    keys: ["json:/action/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 30 * SECOND,
    retryHorizonMs: 10 * MINUTE,
    weak: "it signs with SHA-1",
  },

  // vercel.com/docs, "Webhooks API". Retries for 24 h; the deadline is not verified.
  vercel: {
    sender: "Vercel",
    setup: "Secret of the webhook; of an integration, its client secret",
    signature: { in: ["header:x-vercel-signature"], take: { "": "hmac-sha1" }, encoding: "hex" },
    key: { "hmac-sha1": "utf8" },
    content: "{body}",
    type: "json:/type",
    keys: ["json:/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: DAY,
    weak: "it signs with SHA-1",
  },

  // developer.pagerduty.com, "Verifying Webhook Signatures" (v3). Deadline and horizon are not verified.
  pagerduty: {
    sender: "PagerDuty (v3)",
    setup: "the secret that the subscription was made with",
    signature: {
      in: ["header:X-PagerDuty-Signature"],
      items: ",",
      pair: "=",
      take: { v1: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{body}",
    type: "json:/event/event_type",
    keys: ["json:/event/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 5 * SECOND,
    retryHorizonMs: DAY,
  },
};
