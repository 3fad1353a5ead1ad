/**
 * How known senders sign, name and repeat their events, as data: a new sender is a new row. What each row
 * says is fixed by the sender; what an operator may choose stands in hookd.yaml.
 */

export type Algorithm = "hmac-sha256" | "ed25519";

/** How the text of a secret becomes a key; the rules are in `key-import.ts`. */
export type KeyForm = "utf8" | "whsec" | "whpk";

export interface Preset {
  signature: {
    /** In lower case. */
    header: string;
    /** What stands between the signatures, where the header is a list. */
    items?: string;
    /** What stands between an item's label and its value; absent: the item is the value, its label is "". */
    pair?: string;
    /** Labels that carry a signature. The label picks the algorithm, the key must be of that algorithm. */
    take: Readonly<Record<string, Algorithm>>;
    encoding: "hex" | "base64";
  };
  /** Key forms by algorithm; a source's secret is of the first one that claims it. */
  key: Readonly<Partial<Record<Algorithm, KeyForm>>>;
  /** The signed bytes: text around `header:`, `kv:` and `body`. */
  content: string;
  /** The signed time, in seconds. */
  time?: string;
  /** Default references of a source. Of several keys all that are present must agree. */
  type: string;
  keys: readonly string[];
  /** What a known key with another body means. */
  changedBody: "reject" | "duplicate";
  /** How long the sender waits for an answer. */
  ackDeadlineMs: number;
  /** How long after the first try the sender may still repeat an event by itself. */
  retryHorizonMs: number;
}

const SECOND = 1000, HOUR = 3600 * SECOND, DAY = 24 * HOUR;

export const PRESETS: Readonly<Record<string, Preset>> = {
  hookd: {
    signature: {
      header: "x-webhook-signature",
      pair: "=",
      take: { sha256: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "body",
    type: "header:X-Event-Type",
    keys: ["header:Idempotency-Key", "header:X-Idempotency-Key"],
    changedBody: "reject",
    ackDeadlineMs: 30 * SECOND,
    retryHorizonMs: DAY,
  },

  // docs.github.com, "Validating webhook deliveries" and "Handling failed webhook deliveries": never repeats by itself.
  github: {
    signature: {
      header: "x-hub-signature-256",
      pair: "=",
      take: { sha256: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "body",
    type: "header:X-GitHub-Event",
    keys: ["header:X-GitHub-Delivery"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 0,
  },

  // docs.stripe.com/webhooks, "Verify webhook signatures manually" and "Retry behavior" (3 days in live mode). The
  // ack deadline is not published; 10 s is the usual one among senders.
  stripe: {
    signature: {
      header: "stripe-signature",
      items: ",",
      pair: "=",
      take: { v1: "hmac-sha256" },
      encoding: "hex",
    },
    key: { "hmac-sha256": "utf8" },
    content: "{kv:t}.{body}",
    time: "kv:t",
    type: "json:/type",
    keys: ["json:/id"],
    changedBody: "duplicate",
    ackDeadlineMs: 10 * SECOND,
    retryHorizonMs: 3 * DAY,
  },

  // Standard Webhooks specification 1.0. Senders should wait 15 to 30 s; its example schedule of retries adds up to
  // 75 h 35 min.
  standard: {
    signature: {
      header: "webhook-signature",
      items: " ",
      pair: ",",
      take: { v1: "hmac-sha256", v1a: "ed25519" },
      encoding: "base64",
    },
    key: { ed25519: "whpk", "hmac-sha256": "whsec" },
    content: "{header:webhook-id}.{header:webhook-timestamp}.{body}",
    time: "header:webhook-timestamp",
    type: "json:/type",
    keys: ["header:webhook-id"],
    changedBody: "duplicate",
    ackDeadlineMs: 15 * SECOND,
    retryHorizonMs: 76 * HOUR,
  },
};

/** For config checks and messages. */
export const PRESET_NAMES: readonly string[] = Object.keys(PRESETS);

/** Own rows only: a preset called `constructor` does not exist. */
export function presetOf(name: string): Preset | undefined {
  return Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
}
