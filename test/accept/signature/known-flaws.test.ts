/**
 * Flaws that verifiers in use have had or have: official SDKs, gateways, libraries. Each is a request that one of them
 * takes, or dies of, and that must be refused here without a word that helps. Those of the published vectors are in
 * `vectors.test.ts` too; here they stand as a list, by flaw.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { it } from "node:test";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { presetOf } from "../../../src/presets/registry.ts";
import { aSignedRequest, type Asked } from "./a-signed-request.ts";

const NOW = 1_700_000_000_000;
const SECRET = "a secret of the flaws, of 32 bytes";
const WHSEC = `whsec_${Buffer.from(SECRET).toString("base64")}`;

function mac(secret: string | Buffer, ...pieces: (string | Uint8Array)[]): Buffer {
  return pieces.reduce((hmac, piece) => hmac.update(piece), createHmac("sha256", secret)).digest();
}

async function said(preset: string, secret: string, request: Asked): Promise<string> {
  const { scheme } = compileScheme(presetOf(preset)!, { secrets: [secret], toleranceMs: undefined });
  const verdict = await verify(scheme, aSignedRequest(request), NOW);
  return verdict.kind === "verified" ? "verified" : verdict.reason;
}

const stripe = (body: string | Uint8Array, t = String(NOW / 1000)) =>
  `t=${t},v1=${mac(SECRET, `${t}.`, body).toString("hex")}`;
const github = (signature: string, body: string | Uint8Array = "{}") => ({
  headers: { "X-Hub-Signature-256": signature },
  body,
});
const right = mac(SECRET, "{}").toString("hex");
const standard = (id: string, t: string, body = "{}") => ({
  headers: {
    "webhook-id": id,
    "webhook-timestamp": t,
    "webhook-signature": `v1,${mac(Buffer.from(SECRET), `${id}.${t}.${body}`).toString("base64")}`,
  },
  body,
});
const slack = (t: string) => ({
  headers: {
    "X-Slack-Request-Timestamp": t,
    "X-Slack-Signature": `v0=${mac(SECRET, `v0:${t}:{}`).toString("hex")}`,
  },
  body: "{}",
});
const HEX = "0123456789abcdef0123456789abcdef";
const adyenMac = mac(Buffer.from(HEX, "hex"), "p::Shop:order 1:100:EUR:e:true").toString("base64");
const adyenItem = (success = "true") => ({
  NotificationRequestItem: {
    pspReference: "p",
    merchantAccountCode: "Shop",
    merchantReference: "order 1",
    amount: { value: 100, currency: "EUR" },
    eventCode: "e",
    success,
    additionalData: { hmacSignature: adyenMac },
  },
});
const adyen = (...notificationItems: unknown[]) => ({ body: JSON.stringify({ notificationItems }) });

type Case = [flaw: string, preset: string, secret: string, request: Asked, reason: string];
const cases: Case[] = [
  [
    "a shorter signature that makes timingSafeEqual throw (CVE-2023-50728 class)",
    "github",
    SECRET,
    github("sha256=00"),
    "malformed_signature",
  ],
  ["an empty signature", "github", SECRET, github("sha256="), "malformed_signature"],
  [
    "hex with junk behind it, where Buffer.from stops",
    "github",
    SECRET,
    github(`sha256=${right}zz`),
    "malformed_signature",
  ],
  ["an odd digit, which Buffer.from drops", "github", SECRET, github(`sha256=${right}0`), "malformed_signature"],
  ["SHA-1 where SHA-256 is asked for", "github", SECRET, github(`sha1=${right.slice(0, 40)}`), "malformed_signature"],
  [
    "a secret that is empty after its prefix (standardwebhooks 1.0.0)",
    "standard",
    "whsec_",
    standard("m", String(NOW / 1000)),
    "bad_key",
  ],
  ["a secret of blanks", "github", " \t", github(`sha256=${mac(" \t", "{}").toString("hex")}`), "bad_key"],
  [
    "a hex key that is no hex, an empty key to Buffer.from (adyen 32.1.0)",
    "adyen",
    "not hex at all",
    adyen(adyenItem()),
    "bad_key",
  ],
  ["a body with a byte order mark under the signature of one without (stripe 23.1.0)", "stripe", SECRET, {
    headers: { "Stripe-Signature": stripe("{}") },
    body: "\ufeff{}",
  }, "signature_mismatch"],
  [
    "another invalid byte that decodes to the same replacement character (stripe, standardwebhooks, octokit)",
    "stripe",
    SECRET,
    { headers: { "Stripe-Signature": stripe(Buffer.from([0x22, 0xff, 0x22])) }, body: Buffer.from([0x22, 0xfe, 0x22]) },
    "signature_mismatch",
  ],
  [
    "a time with letters behind it, read by parseInt (standardwebhooks 1.1.1)",
    "standard",
    WHSEC,
    standard("m", `${NOW / 1000}abc`),
    "malformed_timestamp",
  ],
  [
    "a time that is no number, which no comparison refuses (bolt 5.1.0, hubspot 13.5.0)",
    "slack",
    SECRET,
    slack("abc"),
    "malformed_timestamp",
  ],
  ["a time a year ahead (bolt 5.1.0)", "slack", SECRET, slack(String(NOW / 1000 + 31_536_000)), "timestamp_future"],
  ["a time a day ahead (stripe)", "stripe", SECRET, {
    headers: { "Stripe-Signature": stripe("{}", String(NOW / 1000 + 86_400)) },
    body: "{}",
  }, "timestamp_future"],
  [
    "a fresh header beside an old signed time (Linear-Timestamp is not signed)",
    "linear",
    SECRET,
    {
      headers: {
        "Linear-Signature": mac(SECRET, `{"webhookTimestamp":${NOW - 120_000}}`).toString("hex"),
        "Linear-Timestamp": String(NOW),
      },
      body: `{"webhookTimestamp":${NOW - 120_000}}`,
    },
    "timestamp_expired",
  ],
  ["base64 of the other alphabet", "shopify", SECRET, {
    headers: { "X-Shopify-Hmac-Sha256": mac(SECRET, "\u00fb").toString("base64url") },
    body: "\u00fb",
  }, "malformed_signature"],
  ["two signature headers", "github", SECRET, {
    headers: { "X-Hub-Signature-256": [`sha256=${right}`, "sha256=00"] },
    body: "{}",
  }, "duplicate_header"],
  ["a repeated time in one header", "stripe", SECRET, {
    headers: { "Stripe-Signature": `t=1,${stripe("{}")}` },
    body: "{}",
  }, "malformed_signature"],
  [
    "only the first of several items is right (batches of Adyen)",
    "adyen",
    HEX,
    adyen(adyenItem(), adyenItem("false")),
    "signature_mismatch",
  ],
  ["a list without any item", "adyen", HEX, { body: '{"notificationItems":[]}' }, "missing_field"],
  [
    "an item without the thing that is signed, beside a right one",
    "adyen",
    HEX,
    adyen(adyenItem(), {}),
    "missing_field",
  ],
  ["fields that come from the prototype", "mailgun", SECRET, {
    body: '{"__proto__":{"signature":{"timestamp":"1","token":"t","signature":"00"}}}',
  }, "missing_signature"],
  [
    "an id with the separator in it, cut in another place",
    "standard",
    WHSEC,
    standard("m.1", String(NOW / 1000)),
    "malformed_header",
  ],
  ["a token that is a prefix of the secret", "gitlab-token", SECRET, {
    headers: { "X-Gitlab-Token": SECRET.slice(0, -1) },
    body: "{}",
  }, "signature_mismatch"],
];

for (const [flaw, preset, secret, request, reason] of cases) {
  it(`${flaw}: ${reason}`, async () => assert.equal(await said(preset, secret, request), reason));
}

it("the same requests unspoilt verify, so that the cases above are refused for their flaw alone", async () => {
  const good: [preset: string, secret: string, request: Asked][] = [
    ["github", SECRET, github(`sha256=${right}`)],
    ["stripe", SECRET, { headers: { "Stripe-Signature": stripe("{}") }, body: "{}" }],
    ["standard", WHSEC, standard("m", String(NOW / 1000))],
    ["slack", SECRET, slack(String(NOW / 1000))],
    ["adyen", HEX, adyen(adyenItem())],
    ["gitlab-token", SECRET, { headers: { "X-Gitlab-Token": SECRET }, body: "{}" }],
  ];
  for (const [preset, secret, request] of good) assert.equal(await said(preset, secret, request), "verified", preset);
});
