import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto";
import { describe, it } from "node:test";
import { randomFrom } from "../../../src/cli/seeded-random.ts";
import { parseReference } from "../../../src/accept/reference.ts";
import { compileScheme, isSigned } from "../../../src/accept/signature/scheme.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { PRESETS } from "../../../src/presets/registry.ts";
import { aSignedRequest } from "./a-signed-request.ts";
import { CERTIFICATE, CERTIFICATE_KEY, VALID_AT } from "./a-certificate.ts";

const NOW = VALID_AT;
const TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders";
const CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const SECRET = String(rsa.publicKey.export({ format: "pem", type: "spki" }));
const PARAMS = { topic_arn: TOPIC };
const FETCHING = { secrets: [], params: { ...PARAMS, fetch_certificate: "true" } };

type Message = Record<string, unknown>;

const NOTIFICATION: Message = {
  Type: "Notification",
  MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
  TopicArn: TOPIC,
  Subject: "My First Message",
  Message: '{"order":"Zoë 😀",\n"n":1}',
  Timestamp: new Date(NOW).toISOString(),
  SignatureVersion: "2",
  SigningCertURL: CERTIFICATE_URL,
  UnsubscribeURL: "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
};

const CONFIRMATION: Message = {
  ...NOTIFICATION,
  Type: "SubscriptionConfirmation",
  Token: "2336412f37",
  SubscribeURL: "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f37",
};
delete CONFIRMATION["Subject"];

/** As the documentation of SNS has it, written a second time. */
const NOTIFIED = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const CONFIRMED = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

function signed(message: Message, hash = "sha256", key: KeyObject = rsa.privateKey): Message {
  const fields = message["Type"] === "Notification" ? NOTIFIED : CONFIRMED;
  const content = fields.filter((name) => name in message).map((name) => `${name}\n${message[name]}\n`).join("");
  return { ...message, Signature: signBytes(hash, Buffer.from(content), key).toString("base64") };
}

interface Checked {
  secrets?: readonly string[];
  params?: Record<string, string>;
  now?: number;
  notAfter?: number;
  fetchText?: (url: string) => Promise<string | undefined>;
}

async function said(body: Message | string, checked: Checked = {}): Promise<string> {
  const { secrets = [SECRET], params = PARAMS, now = NOW, notAfter, fetchText } = checked;
  const options = { secrets, params, toleranceMs: undefined, notAfter: [notAfter], fetchText };
  const { scheme } = compileScheme(PRESETS["aws-sns"]!, options);
  const request = aSignedRequest({ body: typeof body === "string" ? body : JSON.stringify(body) });
  const verdict = await verify(scheme, request, now);
  return verdict.kind === "verified" ? `key ${verdict.keyIndex}, ${verdict.binding}` : verdict.reason;
}

describe("a message of SNS verifies", () => {
  it("as notification, with a subject and without", async () => {
    const { Subject: _, ...plain } = NOTIFICATION;
    for (const message of [NOTIFICATION, plain]) assert.equal(await said(signed(message)), "key 0, fields");
  });

  it("as confirmation", async () => {
    for (const Type of ["SubscriptionConfirmation", "UnsubscribeConfirmation"]) {
      assert.equal(await said(signed({ ...CONFIRMATION, Type })), "key 0, fields");
    }
  });

  it("of any topic of the list, with a certificate as the secret", async () => {
    const message = signed(NOTIFICATION, "sha256", CERTIFICATE_KEY);
    const params = { topic_arn: `arn:aws:sns:eu-west-1:1:other, ${TOPIC}` };
    assert.equal(await said(message, { params, secrets: [SECRET, CERTIFICATE] }), "key 1, fields");
  });

  it("with SHA-1 only where the source allows it", async () => {
    const message = signed({ ...NOTIFICATION, SignatureVersion: "1" }, "sha1");
    assert.equal(await said(message), "algorithm_not_allowed");
    assert.equal(await said(message, { params: { ...PARAMS, allow_sha1: "true" } }), "key 0, fields");
  });

  it("as long as a retry may take", async () => {
    const message = signed(NOTIFICATION);
    const tolerance = 65 * 60_000;
    assert.equal(await said(message, { now: NOW + tolerance }), "key 0, fields");
    assert.equal(await said(message, { now: NOW + tolerance + 1 }), "timestamp_expired");
    assert.equal(await said(message, { now: NOW - tolerance - 1 }), "timestamp_future");
  });
});

describe("a message of SNS is refused", () => {
  const right = signed(NOTIFICATION);
  const { SigningCertURL: _, ...withoutUrl } = right;
  const cases: [what: string, body: Message | string, reason: string][] = [
    ["when it is no JSON", "Message", "malformed_body"],
    ["when it is no object", "null", "malformed_body"],
    ["when it is a list", "[]", "missing_signature"],
    ["without a signature", NOTIFICATION, "missing_signature"],
    ["with fields of the prototype", '{"__proto__":{"Signature":"AAAA"}}', "missing_signature"],
    ["without a certificate", withoutUrl, "missing_field"],
    ["of another topic", signed({ ...NOTIFICATION, TopicArn: `${TOPIC}2` }), "wrong_topic"],
    ["of a topic in another case", signed({ ...NOTIFICATION, TopicArn: TOPIC.toUpperCase() }), "wrong_topic"],
    ["of an unknown type", signed({ ...NOTIFICATION, Type: "constructor" }), "missing_field"],
    ["of an unknown version", signed({ ...NOTIFICATION, SignatureVersion: "3" }), "algorithm_not_allowed"],
    ["of a version that is a number", signed({ ...NOTIFICATION, SignatureVersion: 2 }), "algorithm_not_allowed"],
    ["with a field that is no text", signed({ ...NOTIFICATION, MessageId: 1 }), "missing_field"],
    ["with a subject that is null", signed({ ...NOTIFICATION, Subject: null }), "missing_field"],
    ["with a time that is none", signed({ ...NOTIFICATION, Timestamp: "yesterday" }), "malformed_timestamp"],
    ["with a signature in Base64url", { ...right, Signature: "-_-_" }, "malformed_signature"],
    ["of another key", signed(NOTIFICATION, "sha256", CERTIFICATE_KEY), "signature_mismatch"],
    ["when its hash is the other one", signed(NOTIFICATION, "sha1"), "signature_mismatch"],
    [
      "when its type is another one",
      { ...signed(CONFIRMATION), Type: "UnsubscribeConfirmation" },
      "signature_mismatch",
    ],
  ];
  for (const [what, body, reason] of cases) {
    it(`${what}: ${reason}`, async () => assert.equal(await said(body), reason));
  }

  it("without a topic in the source", async () => assert.equal(await said(right, { params: {} }), "wrong_topic"));
  it("without a key", async () => {
    assert.equal(await said(right, { secrets: [] }), "bad_key");
    assert.equal(await said(right, FETCHING), "bad_key");
  });
  it("after the end of its key", async () => assert.equal(await said(right, { notAfter: NOW - 1 }), "key_expired"));

  it("when its lines are cut into fields in another way", async () => {
    const message = signed({ ...NOTIFICATION, Message: "one\nMessageId\nfalse" });
    assert.equal(await said(message), "key 0, fields");
    const id = `false\nMessageId\n${String(NOTIFICATION["MessageId"])}`;
    assert.equal(await said({ ...message, Message: "one", MessageId: id }), "malformed_body");
  });
});

describe("a certificate is not looked for", () => {
  const urls = [
    "http://sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
    "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
    "https://evil.example@sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
    "https://sns.eu-west-1.amazonaws.community/x.pem",
    "https://sns.eu-west-1.amazonaws.com.cn.evil.example/x.pem",
    "https://sns-bucket.s3.amazonaws.com/x.pem",
    "https://sns.s3.eu-west-1.amazonaws.com/x.pem",
    "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
    "https://xsns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.txt",
    "https://sns.eu-west-1.amazonaws.com/x.pem?y",
    "https://sns.eu-west-1.amazonaws.com/?x.pem",
    "https://sns.eu-west-1.amazonaws.com/a/../x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.pem#.pem",
    "https://sns.eu-west-1.amazonaws.com\\.evil.example/x.pem",
    "https://sns.eu-west-1.amazonaws.com/x.pem\n",
    " https://sns.eu-west-1.amazonaws.com/x.pem",
    "HTTPS://sns.eu-west-1.amazonaws.com/x.pem",
    "https://sns.eu-west-1.amazonaws%2ecom/x.pem",
    "https://sns.eu-west-1\u3002amazonaws.com/x.pem",
    "",
  ];
  for (const url of urls) {
    it(`at ${JSON.stringify(url)}`, async () => {
      const fetchText = () => Promise.resolve(CERTIFICATE);
      const message = signed({ ...NOTIFICATION, SigningCertURL: url });
      assert.equal(await said(message, { ...FETCHING, fetchText }), "untrusted_cert_url");
      assert.equal(await said(message), "untrusted_cert_url");
    });
  }

  it("for a message that is refused anyway", async () => {
    const fetchText = () => Promise.resolve(CERTIFICATE);
    for (const change of [{ TopicArn: "arn:x" }, { SignatureVersion: "1" }, { Signature: "!" }, { Timestamp: "x" }]) {
      assert.doesNotMatch(await said({ ...signed(NOTIFICATION), ...change }, { ...FETCHING, fetchText }), /^key/);
    }
  });

  it("where there are secrets, or the source does not allow it", async () => {
    const fetchText = () => Promise.resolve(CERTIFICATE);
    const message = signed(NOTIFICATION, "sha256", CERTIFICATE_KEY);
    assert.equal(await said(message, { ...FETCHING, secrets: [SECRET], fetchText }), "signature_mismatch");
    assert.equal(await said(message, { secrets: [], fetchText }), "bad_key");
  });
});

describe("a certificate is fetched", () => {
  for (const url of [CERTIFICATE_URL, "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0.pem"]) {
    it(`from ${url}, and verifies`, async () => {
      const urls: string[] = [];
      const fetchText = (asked: string) => {
        urls.push(asked);
        return Promise.resolve(CERTIFICATE);
      };
      const message = signed({ ...NOTIFICATION, SigningCertURL: url }, "sha256", CERTIFICATE_KEY);
      assert.equal(await said(message, { ...FETCHING, fetchText }), "key 0, fields");
      assert.equal(await said({ ...message, Message: "x" }, { ...FETCHING, fetchText }), "signature_mismatch");
      assert.deepEqual(urls, [url, url]);
    });
  }

  it("in vain: the message is refused as one that nobody could judge", async () => {
    const fetchText = () => Promise.resolve(undefined);
    assert.equal(await said(signed(NOTIFICATION), { ...FETCHING, fetchText }), "key_unavailable");
  });
});

it("of 2000 messages with a bit changed none passes with another word in what is signed", async () => {
  const random = randomFrom(9);
  for (const [message, fields] of [[signed(NOTIFICATION), NOTIFIED], [signed(CONFIRMATION), CONFIRMED]] as const) {
    const body = Buffer.from(JSON.stringify(message));
    for (let each = 0; each < 1000; each++) {
      const changed = Buffer.from(body);
      const bit = Math.floor(random() * body.length * 8);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      if (!(await said(changed.toString("latin1"))).startsWith("key")) continue;
      const read = JSON.parse(changed.toString("latin1")) as Message;
      assert.deepEqual(fields.map((name) => read[name]), fields.map((name) => message[name]));
    }
  }
});

it("what SNS signs counts as signed, and what it leaves out does not", () => {
  const { scheme } = compileScheme(PRESETS["aws-sns"]!, { secrets: [SECRET], toleranceMs: undefined, params: PARAMS });
  const isSignedAt = (text: string) => {
    const parsed = parseReference(text, ["json", "header"]);
    assert(parsed.kind === "ok");
    return isSigned(parsed.reference, scheme);
  };
  for (const text of ["json:/Type", "json:/MessageId", "json:/Message", "json:/TopicArn"]) assert(isSignedAt(text));
  for (const text of ["json:/UnsubscribeURL", "json:/MessageAttributes", "header:x-amz-sns-message-type"]) {
    assert.equal(isSignedAt(text), false);
  }
});
