/** Signs requests as the senders do whose handshakes are tested; written apart from the presets. */
import { createHmac, createSign, generateKeyPairSync, sign } from "node:crypto";
import { SECRET } from "./a-route.ts";

/** Unix time in seconds of the rig's clock at its start. */
export const AT = 1_700_000_000;

const ed25519 = generateKeyPairSync("ed25519");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** What stands in hookd.yaml for each. */
export const SECRETS: Record<string, string> = {
  discord: ed25519.publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex"),
  "aws-sns": rsa.publicKey.export({ format: "pem", type: "spki" }).toString(),
};

function mac(text: string, encoding: "hex" | "base64" = "hex"): string {
  return createHmac("sha256", SECRET).update(text).digest(encoding);
}

/** The headers of a signed body. */
export const SIGN_AS: Record<string, (body: string) => Record<string, string>> = {
  slack: (body) => ({ "X-Slack-Request-Timestamp": `${AT}`, "X-Slack-Signature": `v0=${mac(`v0:${AT}:${body}`)}` }),
  zoom: (body) => ({ "x-zm-request-timestamp": `${AT}`, "x-zm-signature": `v0=${mac(`v0:${AT}:${body}`)}` }),
  x: (body) => ({ "x-twitter-webhooks-signature": `sha256=${mac(body, "base64")}` }),
  meta: (body) => ({ "X-Hub-Signature-256": `sha256=${mac(body)}` }),
  dropbox: (body) => ({ "X-Dropbox-Signature": mac(body) }),
  discord: (body) => ({
    "X-Signature-Timestamp": `${AT}`,
    "X-Signature-Ed25519": sign(null, new TextEncoder().encode(`${AT}${body}`), ed25519.privateKey).toString("hex"),
  }),
  twitch: (body) => {
    const at = new Date(AT * 1000).toISOString();
    return {
      "Twitch-Eventsub-Message-Id": "m-1",
      "Twitch-Eventsub-Message-Timestamp": at,
      "Twitch-Eventsub-Message-Signature": `sha256=${mac(`m-1${at}${body}`)}`,
    };
  },
  "aws-sns": () => ({}),
};

/** A message of Amazon SNS with its signature (version 2) in it. */
export function snsMessage(message: Record<string, string>): string {
  const whole: Record<string, string> = {
    MessageId: "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
    TopicArn: "arn:aws:sns:us-west-2:123456789012:MyTopic",
    Timestamp: new Date(AT * 1000).toISOString(),
    ...message,
  };
  const names = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"];
  const text = names.filter((name) => name in whole).map((name) => `${name}\n${whole[name]}\n`).join("");
  return JSON.stringify({
    ...whole,
    SignatureVersion: "2",
    Signature: createSign("RSA-SHA256").update(text).sign(rsa.privateKey, "base64"),
    SigningCertURL: "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0.pem",
  });
}
