/**
 * Senders as their own documents describe them: by their library from npm where there is one that is light, else by
 * node:crypto. Nothing here knows of a preset but its name, so that both sides would have to be wrong in the same way.
 */
import { sign as signGithub } from "@octokit/webhooks-methods";
import { encodeSignatureHeader } from "@sanity/webhook";
import { Buffer } from "node:buffer";
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import nacl from "tweetnacl";

/** What is to be sent; all of it new each time. */
export interface Event {
  /** JSON, with text beyond ASCII. */
  body: string;
  id: string;
  /** Unix time (ms). */
  at: number;
}

export interface Request {
  headers: Record<string, string>;
  body: string;
  url?: string;
}

export interface LiveSender {
  preset: string;
  /** Whose code signs. */
  by: string;
  secret: string;
  /** Of the same kind, and not the sender's. */
  wrongSecret: string;
  params?: Record<string, string>;
  sign(event: Event): Request | Promise<Request>;
  /** The headers whose every change has to be noticed. */
  signed: readonly string[];
  /** A list of signatures, of which one has to be right: two that were joined are such a list too. */
  isList?: true;
  /** Whether method and URL are signed. */
  signs?: { method?: true; url?: true };
  /** How far the time may be off (ms); absent: no time is signed. */
  toleranceMs?: number;
  /** What of a body is bound, where that is not all of it: two bodies that say the same are one to the signature. */
  bound?(body: string): string;
}

/** 24 bytes, as text that is also hex. */
const SECRET = "5c1e0f2a77d94b3e8a6d1f00b2c4d6e8f0a1b2c3d4e5f607";
const WRONG = SECRET.replace(/^5/, "6");
const WHSEC = `whsec_${Buffer.from(SECRET, "hex").toString("base64")}`;
const WRONG_WHSEC = `whsec_${Buffer.from(WRONG, "hex").toString("base64")}`;
const URL = "https://hooks.example.com/in/sender?tenant=7&q=it%27s";

type Encoding = "hex" | "base64" | "base64url";
interface How {
  hash?: string;
  key?: string | Buffer;
}
const mac = (pieces: string[], encoding: Encoding, { hash = "sha256", key = SECRET }: How = {}) =>
  pieces.reduce((hmac, piece) => hmac.update(piece), createHmac(hash, key)).digest(encoding);
const seconds = ({ at }: Event) => String(Math.floor(at / 1000));
const iso = (at: number) => new Date(at).toISOString();

const shared = { secret: SECRET, wrongSecret: WRONG };
const standard = { secret: WHSEC, wrongSecret: WRONG_WHSEC, toleranceMs: 300_000 };

/** The signature and nothing else in one header. */
function plain(preset: string, header: string, sign: (body: string) => string): LiveSender {
  return {
    preset,
    by: "node:crypto",
    ...shared,
    signed: [header],
    sign: ({ body }) => ({ headers: { [header]: sign(body) }, body }),
  };
}

function publicPem(key: KeyObject): string {
  return String(key.export({ format: "pem", type: "spki" }));
}

const rsa = [0, 1].map(() => generateKeyPairSync("rsa", { modulusLength: 2048 }));
const ec = [0, 1].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" }));
const pairs = [0, 1].map(() => nacl.sign.keyPair());
const hexOf = (at: number) => Buffer.from(pairs[at]!.publicKey).toString("hex");
const spkiOf = (at: number) => ec[at]!.publicKey.export({ format: "der", type: "spki" }).toString("base64");

const { webhooks } = new Stripe("sk_test_unused");

const BY_LIBRARY: readonly LiveSender[] = [
  {
    preset: "stripe",
    by: "stripe",
    ...shared,
    toleranceMs: 300_000,
    signed: ["Stripe-Signature"],
    sign: async (event) => {
      const timestamp = Number(seconds(event));
      const options = { payload: event.body, secret: SECRET, timestamp };
      return {
        headers: { "Stripe-Signature": await webhooks.generateTestHeaderStringAsync(options) },
        body: event.body,
      };
    },
  },
  ...([["standard", "webhook"], ["svix", "svix"], ["gitlab", "webhook"]] as const).map(([preset, prefix]) => ({
    preset,
    by: "standardwebhooks",
    ...standard,
    isList: true as const,
    signed: [`${prefix}-id`, `${prefix}-timestamp`, `${prefix}-signature`],
    sign: (event: Event) => ({
      headers: {
        [`${prefix}-id`]: event.id,
        [`${prefix}-timestamp`]: seconds(event),
        [`${prefix}-signature`]: new Webhook(WHSEC).sign(event.id, new Date(event.at), event.body),
      },
      body: event.body,
    }),
  })),
  {
    preset: "standard",
    by: "tweetnacl (v1a)",
    secret: `whpk_${Buffer.from(pairs[0]!.publicKey).toString("base64")}`,
    wrongSecret: `whpk_${Buffer.from(pairs[1]!.publicKey).toString("base64")}`,
    isList: true,
    toleranceMs: 300_000,
    signed: ["webhook-id", "webhook-timestamp", "webhook-signature"],
    sign: (event) => ({
      headers: {
        "webhook-id": event.id,
        "webhook-timestamp": seconds(event),
        "webhook-signature": `v1a,${naclSign(`${event.id}.${seconds(event)}.${event.body}`).toString("base64")}`,
      },
      body: event.body,
    }),
  },
  ...["github", "meta"].map((preset) => ({
    preset,
    by: "@octokit/webhooks-methods",
    ...shared,
    signed: ["X-Hub-Signature-256"],
    sign: async ({ body }: Event) => ({ headers: { "X-Hub-Signature-256": await signGithub(SECRET, body) }, body }),
  })),
  {
    preset: "discord",
    by: "tweetnacl",
    secret: hexOf(0),
    wrongSecret: hexOf(1),
    toleranceMs: 300_000,
    signed: ["X-Signature-Ed25519", "X-Signature-Timestamp"],
    sign: (event) => ({
      headers: {
        "X-Signature-Ed25519": naclSign(seconds(event) + event.body).toString("hex"),
        "X-Signature-Timestamp": seconds(event),
      },
      body: event.body,
    }),
  },
  {
    preset: "sanity",
    by: "@sanity/webhook",
    ...shared,
    toleranceMs: 300_000,
    signed: ["sanity-webhook-signature"],
    sign: async ({ body, at }) => ({
      headers: { "sanity-webhook-signature": await encodeSignatureHeader(body, at, SECRET) },
      body,
    }),
  },
];

function naclSign(text: string): Buffer {
  return Buffer.from(nacl.sign.detached(Buffer.from(text), pairs[0]!.secretKey));
}

/** One header has the signature, another the time; what is signed is put together from both and the body. */
function timed(
  preset: string,
  [signature, time]: readonly [string, string],
  { write, sign, toleranceMs = 300_000 }: {
    write(event: Event): string;
    sign(time: string, body: string): string;
    toleranceMs?: number;
  },
): LiveSender {
  return {
    preset,
    by: "node:crypto",
    ...shared,
    toleranceMs,
    signed: [signature, time],
    sign: (event) => {
      const at = write(event);
      return { headers: { [signature]: sign(at, event.body), [time]: at }, body: event.body };
    },
  };
}

/** One header has both, as fields. */
function inFields(
  preset: string,
  header: string,
  { toleranceMs, write }: { toleranceMs: number; write(event: Event): string },
): LiveSender {
  return {
    preset,
    by: "node:crypto",
    ...shared,
    toleranceMs,
    signed: [header],
    sign: (event) => ({ headers: { [header]: write(event) }, body: event.body }),
  };
}

const BODY_ALONE: readonly LiveSender[] = [
  plain("hookd", "X-Webhook-Signature", (body) => `sha256=${mac([body], "hex")}`),
  plain("bitbucket", "X-Hub-Signature", (body) => `sha256=${mac([body], "hex")}`),
  plain("jira", "X-Hub-Signature", (body) => `sha256=${mac([body], "hex")}`),
  plain("intercom", "X-Hub-Signature", (body) => `sha1=${mac([body], "hex", { hash: "sha1" })}`),
  plain("vercel", "x-vercel-signature", (body) => mac([body], "hex", { hash: "sha1" })),
  plain("shopify", "X-Shopify-Hmac-Sha256", (body) => mac([body], "base64")),
  plain("shopify-events", "Shopify-Hmac-Sha256", (body) => mac([body], "base64")),
  plain("line", "x-line-signature", (body) => mac([body], "base64")),
  plain("x", "x-twitter-webhooks-signature", (body) => `sha256=${mac([body], "base64")}`),
  plain("dropbox", "X-Dropbox-Signature", (body) => mac([body], "hex")),
  plain("typeform", "Typeform-Signature", (body) => `sha256=${mac([body], "base64")}`),
  { ...plain("pagerduty", "X-PagerDuty-Signature", (body) => `v1=${mac([body], "hex")}`), isList: true },
  plain("docusign", "X-DocuSign-Signature-37", (body) => mac([body], "base64")),
  plain("adyen-platform", "HmacSignature", (body) => mac([body], "base64", { key: Buffer.from(SECRET, "hex") })),
  plain("hubspot-v1", "X-HubSpot-Signature", (body) => createHash("sha256").update(SECRET + body).digest("hex")),
  { ...plain("gitlab-token", "X-Gitlab-Token", () => SECRET), bound: () => "" },
  { ...plain("telegram", "X-Telegram-Bot-Api-Secret-Token", () => SECRET), bound: () => "" },
  {
    ...plain(
      "wise",
      "X-Signature-SHA256",
      (body) => signBytes("sha256", Buffer.from(body), rsa[0]!.privateKey).toString("base64"),
    ),
    secret: publicPem(rsa[0]!.publicKey),
    wrongSecret: publicPem(rsa[1]!.publicKey),
  },
];

const BODY_AND_TIME: readonly LiveSender[] = [
  timed("slack", ["X-Slack-Signature", "X-Slack-Request-Timestamp"], {
    write: seconds,
    sign: (time, body) => `v0=${mac(["v0:", time, ":", body], "hex")}`,
  }),
  timed("zoom", ["x-zm-signature", "x-zm-request-timestamp"], {
    write: seconds,
    sign: (time, body) => `v0=${mac([`v0:${time}:${body}`], "hex")}`,
  }),
  timed("zendesk", ["X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"], {
    write: ({ at }) => iso(at).replace(/\.\d+/, ""),
    sign: (time, body) => mac([time, body], "base64"),
  }),
  timed("box", ["Box-Signature-Secondary", "Box-Delivery-Timestamp"], {
    // Pacific time, as Box writes it.
    write: ({ at }) => iso(at - 8 * 3_600_000).replace(/\.\d+Z/, "-08:00"),
    sign: (time, body) => mac([body, time], "base64"),
    toleranceMs: 600_000,
  }),
  {
    ...timed("sendgrid", [
      "X-Twilio-Email-Event-Webhook-Signature",
      "X-Twilio-Email-Event-Webhook-Timestamp",
    ], {
      write: seconds,
      sign: (time, body) => signBytes("sha256", Buffer.from(time + body), ec[0]!.privateKey).toString("base64"),
    }),
    secret: spkiOf(0),
    wrongSecret: spkiOf(1),
  },
  {
    ...inFields("paddle", "Paddle-Signature", {
      toleranceMs: 5000,
      write: (event) => `ts=${seconds(event)};h1=${mac([`${seconds(event)}:${event.body}`], "hex")}`,
    }),
    isList: true,
  },
  inFields("calendly", "Calendly-Webhook-Signature", {
    toleranceMs: 180_000,
    write: (event) => `t=${seconds(event)},v1=${mac([`${seconds(event)}.${event.body}`], "hex")}`,
  }),
  inFields("convoy", "X-Convoy-Signature", {
    toleranceMs: 300_000,
    write: (event) => `t=${seconds(event)},v1=${mac([`${seconds(event)},${event.body}`], "hex")}`,
  }),
  inFields("workos", "WorkOS-Signature", {
    toleranceMs: 180_000,
    write: ({ at, body }) => `t=${at}, v1=${mac([`${at}.${body}`], "hex")}`,
  }),
  {
    preset: "twitch",
    by: "node:crypto",
    ...shared,
    toleranceMs: 600_000,
    signed: [
      "Twitch-Eventsub-Message-Id",
      "Twitch-Eventsub-Message-Timestamp",
      "Twitch-Eventsub-Message-Signature",
    ],
    sign: ({ id, at, body }) => {
      const time = iso(at).replace("Z", "456789Z");
      return {
        headers: {
          "Twitch-Eventsub-Message-Id": id,
          "Twitch-Eventsub-Message-Timestamp": time,
          "Twitch-Eventsub-Message-Signature": `sha256=${mac([id, time, body], "hex")}`,
        },
        body,
      };
    },
  },
  {
    ...plain("linear", "Linear-Signature", () => ""),
    toleranceMs: 60_000,
    sign: ({ body, at }) => {
      const dated = `{"webhookTimestamp":${at},${body.slice(1)}`;
      return { headers: { "Linear-Signature": mac([dated], "hex") }, body: dated };
    },
  },
];

function withUrl(preset: string, header: string, sign: (body: string) => string): LiveSender {
  const sender = plain(preset, header, sign);
  return { ...sender, signs: { url: true }, sign: (event) => ({ ...sender.sign(event) as Request, url: URL }) };
}

const BODY_AND_URL: readonly LiveSender[] = [
  withUrl("square", "X-Square-HmacSha256-Signature", (body) => mac([URL, body], "base64")),
  withUrl("trello", "X-Trello-Webhook", (body) => mac([body, URL], "base64", { hash: "sha1" })),
  {
    ...withUrl(
      "hubspot-v2",
      "X-HubSpot-Signature",
      (body) => createHash("sha256").update(`${SECRET}POST${URL}${body}`).digest("hex"),
    ),
    signs: { url: true, method: true },
  },
  {
    ...withUrl("hubspot-v3", "X-HubSpot-Signature-v3", () => ""),
    signs: { url: true, method: true },
    toleranceMs: 300_000,
    signed: ["X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"],
    sign: ({ at, body }) => ({
      url: URL,
      headers: {
        // Of the twelve escapes that HubSpot takes back, %27 is in this URL.
        "X-HubSpot-Signature-v3": mac(["POST", URL.replace("%27", "'"), body, String(at)], "base64"),
        "X-HubSpot-Request-Timestamp": String(at),
      },
      body,
    }),
  },
  {
    ...withUrl("twilio", "X-Twilio-Signature", () => ""),
    sign: ({ body, id }) => {
      const form = new URLSearchParams({ Sid: id, Body: body, ApiVersion: "2010-04-01" });
      form.append("Media", "b");
      form.append("Media", "a");
      const text = `ApiVersion2010-04-01Body${body}MediaaMediabSid${id}`;
      return {
        url: URL,
        headers: { "X-Twilio-Signature": mac([URL, text], "base64", { hash: "sha1" }) },
        body: form.toString(),
      };
    },
    bound: (form) => JSON.stringify([...new Set([...new URLSearchParams(form)].map((pair) => pair.join("")))].sort()),
  },
  {
    ...withUrl("twilio-json", "X-Twilio-Signature", () => ""),
    sign: ({ body }) => {
      const url = `${URL}&bodySHA256=${createHash("sha256").update(body).digest("hex")}`;
      return { url, headers: { "X-Twilio-Signature": mac([url], "base64", { hash: "sha1" }) }, body };
    },
  },
];

const ADYEN_FIELDS = ["pspReference", "originalReference", "merchantAccountCode", "merchantReference"] as const;
type AdyenItem = Record<(typeof ADYEN_FIELDS)[number] | "eventCode" | "success", string> & {
  amount: { value: number; currency: string };
  additionalData?: { hmacSignature?: string };
};

function adyenText(item: Partial<AdyenItem>): string {
  const { amount = { value: "", currency: "" }, eventCode = "", success = "" } = item;
  return [...ADYEN_FIELDS.map((name) => item[name] ?? ""), amount.value, amount.currency, eventCode, success].join(":");
}

const FIELDS_ALONE: readonly LiveSender[] = [
  {
    preset: "mailgun",
    by: "node:crypto",
    ...shared,
    toleranceMs: 300_000,
    signed: [],
    sign: (event) => {
      const timestamp = seconds(event);
      const signature = { timestamp, token: event.id, signature: mac([timestamp, event.id], "hex") };
      return { headers: {}, body: JSON.stringify({ signature, "event-data": JSON.parse(event.body) }) };
    },
    bound: (body) => {
      const { timestamp, token, signature } = (JSON.parse(body) as { signature: Record<string, string> }).signature;
      return JSON.stringify([`${timestamp}${token}`, signature?.toLowerCase()]);
    },
  },
  {
    preset: "adyen",
    by: "node:crypto",
    ...shared,
    signed: [],
    sign: ({ id, at, body }) => {
      const items = [0, 1].map((step) => {
        const item = {
          pspReference: `${id}${step}`,
          originalReference: step === 0 ? "" : id,
          merchantAccountCode: "Example",
          merchantReference: `order ${at}`,
          amount: { value: at % 100_000, currency: "EUR" },
          eventCode: step === 0 ? "AUTHORISATION" : "CAPTURE",
          success: "true",
          reason: body,
        };
        const hmacSignature = mac([adyenText(item)], "base64", { key: Buffer.from(SECRET, "hex") });
        return { NotificationRequestItem: { ...item, additionalData: { hmacSignature } } };
      });
      return { headers: {}, body: JSON.stringify({ live: "false", notificationItems: items }) };
    },
    bound: (body) => {
      const { notificationItems } = JSON.parse(body) as {
        notificationItems: { NotificationRequestItem: AdyenItem }[];
      };
      return JSON.stringify(notificationItems.map(({ NotificationRequestItem: item }) => [
        adyenText(item),
        item.additionalData?.hmacSignature,
      ]));
    },
  },
  {
    preset: "paypal",
    by: "node:crypto",
    secret: publicPem(rsa[0]!.publicKey),
    wrongSecret: publicPem(rsa[1]!.publicKey),
    params: { webhook_id: "4JH86294D6297924G" },
    toleranceMs: 300_000,
    signed: ["PAYPAL-TRANSMISSION-ID", "PAYPAL-TRANSMISSION-TIME", "PAYPAL-TRANSMISSION-SIG"],
    sign: ({ id, at, body }) => {
      const time = iso(at).replace(/\.\d+/, "");
      const text = `${id}|${time}|4JH86294D6297924G|${crc32(body)}`;
      return {
        headers: {
          "PAYPAL-TRANSMISSION-ID": id,
          "PAYPAL-TRANSMISSION-TIME": time,
          "PAYPAL-TRANSMISSION-SIG": signBytes("sha256", Buffer.from(text), rsa[0]!.privateKey).toString("base64"),
        },
        body,
      };
    },
    bound: (body) => String(crc32(body)),
  },
];

export const LIVE_SENDERS: readonly LiveSender[] = [
  ...BY_LIBRARY,
  ...BODY_ALONE,
  ...BODY_AND_TIME,
  ...BODY_AND_URL,
  ...FIELDS_ALONE,
];
