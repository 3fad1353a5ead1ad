/**
 * Notifications of Amazon SNS. One certificate of AWS signs for every account, so that a right signature says only
 * "some topic of somebody": the topic must be one of the source's. Nothing is fetched for a message but the signing
 * certificate, from an SNS host and only where the source allows it; a SubscribeURL is never visited.
 * Source: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages".
 */
import { Buffer } from "node:buffer";
import { type KeyObject, verify as verifyBytes } from "node:crypto";
import type { UnixMs } from "../../model.ts";
import { valueAt } from "../reference.ts";
import type { CodedNeeds, CodedVerifier } from "./coded.ts";
import { decodeBase64 } from "./decode.ts";
import { createSigningCertificates, type KeyAt } from "./signing-certificates.ts";
import { parsedBody } from "./signed-content.ts";
import { parseTime } from "./signed-time.ts";
import { type SignatureReason, unverified, type Verdict } from "./verdict.ts";

/** Anchored at both ends, one file, no port, no user, no query: what an operator's allow-list would say. */
const CERTIFICATE_URL = /^https:\/\/sns\.[a-z0-9-]{3,}\.amazonaws\.com(?:\.cn)?\/[A-Za-z0-9_-]+\.pem$/;

/** In the order in which they are signed. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
  UnsubscribeConfirmation: ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
};

/** In every kind of message. */
const ALWAYS_SIGNED = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"];

/**
 * `params`: `topic_arn`, one or more parted by commas; `allow_sha1: "true"` for topics that still sign version 1;
 * `fetch_certificate: "true"`, with which a source without secrets takes the certificate that a message names.
 */
export function createSnsVerifier({ keys, toleranceMs, params, fetchText }: CodedNeeds): CodedVerifier {
  const policy: Policy = {
    topics: (params["topic_arn"] ?? "").split(",").map((topic) => topic.trim()).filter((topic) => topic !== ""),
    allowsSha1: params["allow_sha1"] === "true",
    toleranceMs,
  };
  const mayFetch = params["fetch_certificate"] === "true" && keys.length === 0;
  const keyAt = mayFetch && fetchText !== undefined ? createSigningCertificates({ fetchText }) : undefined;
  return {
    binding: "fields",
    signs: ALWAYS_SIGNED.map((name) => `json:/${name}`),
    verify(request, now) {
      const message = readMessage(parsedBody(request), policy);
      if (typeof message === "string") return unverified(message);
      if (keyAt !== undefined) return verifyFetched(policy, { message, now, keyAt });
      const candidates = keys.flatMap((key) => key.algorithm === "rsa-sha256" ? [key] : []);
      if (candidates.length === 0) return unverified("bad_key");
      const [matched] = candidates.filter(({ publicKey }) => isRight(message, publicKey));
      if (matched !== undefined && now > (matched.notAfter ?? Infinity)) return unverified("key_expired");
      return matched === undefined
        ? unverified("signature_mismatch")
        : judge(policy, { message, now, keyIndex: matched.index });
    },
  };
}

interface Policy {
  topics: readonly string[];
  allowsSha1: boolean;
  toleranceMs: number;
}

interface Message {
  certificateUrl: string;
  hash: "sha256" | "sha1";
  signature: Buffer;
  content: Buffer;
  sentAt: UnixMs;
}

/** All that can be refused without a key, so that a forgery is not worth a fetch. */
function readMessage(body: unknown, policy: Policy): Message | SignatureReason {
  if (typeof body !== "object" || body === null) return "malformed_body";
  const text = (name: string) => {
    const value = valueAt(body, [name]);
    return typeof value === "string" ? value : undefined;
  };
  const [type, topic, certificateUrl, signed] = ["Type", "TopicArn", "SigningCertURL", "Signature"].map(text);
  if (signed === undefined || signed === "") return "missing_signature";
  if (type === undefined || topic === undefined || certificateUrl === undefined) return "missing_field";
  if (!CERTIFICATE_URL.test(certificateUrl)) return "untrusted_cert_url";
  if (!policy.topics.includes(topic)) return "wrong_topic";
  const version = text("SignatureVersion");
  if (version !== "2" && !(version === "1" && policy.allowsSha1)) return "algorithm_not_allowed";
  const content = contentOf(type, { body, text });
  if (typeof content === "string") return content;
  const sentAt = parseTime(text("Timestamp") ?? "", "iso");
  if (sentAt === undefined) return "malformed_timestamp";
  const signature = decodeBase64(signed);
  if (signature === undefined) return "malformed_signature";
  return { certificateUrl, hash: version === "2" ? "sha256" : "sha1", signature, content, sentAt };
}

interface Texts {
  body: object;
  text: (name: string) => string | undefined;
}

/** Each field's name and value on a line of its own. */
function contentOf(type: string, { body, text }: Texts): Buffer | SignatureReason {
  const fields = Object.hasOwn(FIELDS, type) ? FIELDS[type]! : undefined;
  if (fields === undefined) return "missing_field";
  let content = "";
  for (const name of fields) {
    if (name === "Subject" && !Object.hasOwn(body, name)) continue;
    const value = text(name);
    if (value === undefined) return "missing_field";
    // Only the message may have lines: elsewhere they would let one text be cut into fields in two ways.
    if (name !== "Message" && value.includes("\n")) return "malformed_body";
    content += `${name}\n${value}\n`;
  }
  return Buffer.from(content);
}

interface Fetching {
  message: Message;
  now: UnixMs;
  keyAt: KeyAt;
}

function verifyFetched(policy: Policy, { message, now, keyAt }: Fetching): Verdict | Promise<Verdict> {
  const conclude = (key: KeyObject | undefined) => {
    if (key === undefined) return unverified("key_unavailable");
    return isRight(message, key) ? judge(policy, { message, now, keyIndex: 0 }) : unverified("signature_mismatch");
  };
  const key = keyAt(message.certificateUrl, now);
  return key instanceof Promise ? key.then(conclude) : conclude(key);
}

function isRight({ hash, content, signature }: Message, publicKey: KeyObject): boolean {
  return verifyBytes(hash, content, publicKey, signature);
}

interface Judged {
  message: Message;
  now: UnixMs;
  keyIndex: number;
}

function judge({ toleranceMs }: Policy, { message: { sentAt }, now, keyIndex }: Judged): Verdict {
  if (now - sentAt > toleranceMs) return unverified("timestamp_expired");
  if (sentAt - now > toleranceMs) return unverified("timestamp_future");
  return { kind: "verified", keyIndex, binding: "fields", signedAt: sentAt };
}
