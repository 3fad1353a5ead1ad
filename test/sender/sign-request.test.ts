import { verify as verifyGithub } from "@octokit/webhooks-methods";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { compileScheme } from "../../src/accept/signature/scheme.ts";
import { verify } from "../../src/accept/signature/verify.ts";
import { presetOf } from "../../src/presets/registry.ts";
import { senderPreset, SIGNABLE, signsTime } from "../../src/sender/sender-presets.ts";
import { type Draft, type Signing, signRequest, unsignRequest } from "../../src/sender/sign-request.ts";
import { aSignedRequest } from "../accept/signature/a-signed-request.ts";

// Spaces, a long number and non-ASCII text: what a signer that re-serialises the body would get wrong.
const TEXT = '{ "amount": 12345678901234567890, "name": "Zoë" , "type":"invoice.paid"}';
const URL = "http://127.0.0.1:8080/webhooks/x?a=1";
const AT = Date.now();
const HEX = "00112233445566778899aabbccddeeff";

function sign(
  name: string,
  { body = TEXT, url = URL, ...signing }: { body?: string; url?: string } & Partial<Signing>,
) {
  const draft: Draft = { url, headers: {}, body: Buffer.from(body) };
  return signRequest(senderPreset(name), draft, { secret: HEX, id: "msg_1", at: AT, ...signing });
}

describe("a request that is signed here is taken by the sender's own library:", () => {
  it("GitHub's, and not one of other bytes", async () => {
    const signature = sign("github", { secret: "It's a Secret" }).headers["x-hub-signature-256"] ?? "";
    assert.equal(await verifyGithub("It's a Secret", TEXT, signature), true);
    assert.equal(await verifyGithub("It's a Secret", `${TEXT} `, signature), false);
  });

  it("Stripe's, keyed with the whole whsec_ text", async () => {
    const signature = sign("stripe", { secret: "whsec_abc" }).headers["stripe-signature"] ?? "";
    const { webhooks } = new Stripe("sk_test_unused");
    assert.equal((await webhooks.constructEventAsync(TEXT, signature, "whsec_abc")).type, "invoice.paid");
    await assert.rejects(webhooks.constructEventAsync(`${TEXT} `, signature, "whsec_abc"));
  });

  it("Stripe's refuses a stale time, which is signed as it is", async () => {
    const { headers } = sign("stripe", { secret: "whsec_abc", at: AT - 3_600_000 });
    const { webhooks } = new Stripe("sk_test_unused");
    await assert.rejects(
      webhooks.constructEventAsync(TEXT, headers["stripe-signature"] ?? "", "whsec_abc"),
      /outside the tolerance/,
    );
  });

  it("that of Standard Webhooks, keyed with the decoded secret", () => {
    const secret = `whsec_${Buffer.from("0123456789abcdef0123456789abcdef").toString("base64")}`;
    const { headers } = sign("standard", { secret });
    assert.equal((new Webhook(secret).verify(TEXT, headers) as { name: string }).name, "Zoë");
    assert.throws(() => new Webhook(secret).verify(TEXT, { ...headers, "webhook-id": "msg_2" }));
  });
});

interface Vector {
  name: string;
  scheme: string;
  secret: string | string[];
  url?: string;
  headers: Record<string, string>;
  body?: string;
  method: string;
  now?: number;
  valid: boolean;
}

const vectors = JSON.parse(
  readFileSync(new globalThis.URL("../vectors/signatures.json", import.meta.url), "utf8"),
) as Vector[];

/** Right, and written as we never would: in capitals, with a port that a URL drops, looked at 5 s after it was signed. */
const OTHERWISE = ["github-uppercase-hex", "twilio-json-empty-object-port443", "paddle-edge-5s"];

/** What a published vector has, and its time in whole seconds or milliseconds: ours is written so too. */
function reproducible({ name: vector, valid, scheme, body, secret, method }: Vector): boolean {
  const name = presetOf(scheme) === undefined ? "" : scheme;
  return valid && body !== undefined && typeof secret === "string" && method === "POST" &&
    SIGNABLE.includes(name) && senderPreset(name).time?.unit !== "iso" && !OTHERWISE.includes(vector);
}

describe("a published signature comes out again:", () => {
  const chosen = vectors.filter(reproducible);
  it("there are 30 and more to compare with", () => assert(chosen.length >= 30, String(chosen.length)));

  for (const { name, scheme, secret, url = URL, headers, body = "", now = 1_700_000_000 } of chosen) {
    it(name, () => {
      const preset = senderPreset(scheme);
      const lower = Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]));
      const id = preset.keys.flatMap((key) => lower[key.replace("header:", "").toLowerCase()] ?? []);
      const isForm = preset.content.includes("{form-sorted}");
      const signed = signRequest(preset, { url, headers: {}, body: Buffer.from(body) }, {
        secret: String(secret),
        id: id[0] ?? "token",
        at: now * 1000,
      });
      const places = preset.signature.in.map((place) => place.replace(/^header:/, "").toLowerCase());
      const [place = ""] = places;
      if (place.startsWith("json:")) {
        const told = (text: string) => /"(hmacSignature|signature)":\s*"([^"]+)"/.exec(text)?.[2];
        assert.equal(told(Buffer.from(signed.body).toString()), told(body));
        return;
      }
      const items = (value = "") => value.split(preset.signature.items ?? "\n");
      const published = places.flatMap((one) => items(lower[one]));
      for (const item of items(signed.headers[place])) assert(published.includes(item), `${item} in ${published}`);
      if (!isForm) assert.deepEqual(signed.body, Buffer.from(body));
    });
  }
});

/** By the documents of each sender, and not by our rows; for those whose published times are written otherwise. */
const BY_HAND: readonly [name: string, header: string, expected: (draft: Draft) => string][] = [
  [
    "zendesk",
    "x-zendesk-webhook-signature",
    ({ headers }) => hmac([headers["x-zendesk-webhook-signature-timestamp"]!, TEXT]).digest("base64"),
  ],
  ["box", "box-signature-primary", ({ headers }) => hmac([TEXT, headers["box-delivery-timestamp"]!]).digest("base64")],
  [
    "twitch",
    "twitch-eventsub-message-signature",
    ({ headers }) => `sha256=${hmac(["msg_1", headers["twitch-eventsub-message-timestamp"]!, TEXT]).digest("hex")}`,
  ],
  ["sanity", "sanity-webhook-signature", () => `t=${AT},v1=${hmac([`${AT}.`, TEXT]).digest("base64url")}`],
  ["workos", "workos-signature", () => `t=${AT}, v1=${hmac([`${AT}.`, TEXT]).digest("hex")}`],
  ["convoy", "x-convoy-signature", () => `t=${seconds()},v1=${hmac([`${seconds()},`, TEXT]).digest("hex")}`],
  ["hubspot-v1", "x-hubspot-signature", () => createHash("sha256").update(HEX + TEXT).digest("hex")],
  ["hubspot-v2", "x-hubspot-signature", () => createHash("sha256").update(`${HEX}POST${URL}${TEXT}`).digest("hex")],
  ["gitlab-token", "x-gitlab-token", () => HEX],
  ["telegram", "x-telegram-bot-api-secret-token", () => HEX],
  ["x", "x-twitter-webhooks-signature", () => `sha256=${hmac([TEXT]).digest("base64")}`],
  ["line", "x-line-signature", () => hmac([TEXT]).digest("base64")],
];

function seconds(): number {
  return Math.floor(AT / 1000);
}

function hmac(pieces: string[]) {
  return createHmac("sha256", HEX).update(pieces.join(""));
}

for (const [name, header, expected] of BY_HAND) {
  it(`${name} is signed as its document says`, () => {
    const signed = sign(name, {});
    assert.equal(signed.headers[header], expected(signed));
  });
}

describe("what is signed is put where it is looked for:", () => {
  it("the URL is that by which the receiver is known", () => {
    const signed = sign("square", { publicUrl: "https://hooks.example.com" });
    const expected = hmac(["https://hooks.example.com/webhooks/x?a=1", TEXT]).digest("base64");
    assert.equal(signed.headers["x-square-hmacsha256-signature"], expected);
    assert.equal(signed.url, URL);
  });

  it("the body's hash goes into the URL, before that is signed", () => {
    const signed = sign("twilio-json", {});
    const hash = createHash("sha256").update(TEXT).digest("hex");
    assert.equal(signed.url, `${URL}&bodySHA256=${hash}`);
    assert.equal(signed.headers["x-twilio-signature"], createHmac("sha1", HEX).update(signed.url).digest("base64"));
  });

  it("a form is made of JSON, and its names are ordered before their values", () => {
    const signed = sign("twilio", { body: '{"ab":"c","a":"z","list":[1]}' });
    assert.equal(Buffer.from(signed.body).toString(), "ab=c&a=z&list=%5B1%5D");
    assert.equal(signed.headers["content-type"], "application/x-www-form-urlencoded");
    const expected = createHmac("sha1", HEX).update(`${URL}azabclist[1]`).digest("base64");
    assert.equal(signed.headers["x-twilio-signature"], expected);
  });

  it("a form that is one already stays as it is", () => {
    assert.equal(Buffer.from(sign("twilio", { body: "b=1&a=%2B" }).body).toString(), "b=1&a=%2B");
  });

  it("a time in the body replaces the one that stands there", () => {
    const { body } = sign("linear", { body: '{"type":"Issue","webhookTimestamp":1}' });
    assert.equal(Buffer.from(body).toString(), `{"type":"Issue","webhookTimestamp":${AT}}`);
  });

  it("an id in the body stays as it is", () => {
    const own = JSON.parse(Buffer.from(sign("mailgun", { body: '{"signature":{"token":"own"}}' }).body).toString());
    assert.equal(own.signature.token, "own");
    const made = JSON.parse(Buffer.from(sign("mailgun", { body: "{}" }).body).toString());
    assert.equal(made.signature.token, "msg_1");
  });

  it("what only the configuration knows is signed too", () => {
    const preset = senderPreset({ ...senderPreset("hookd"), content: "{param:shop}{body}{sha256hex}{crc32}" });
    const draft: Draft = { url: URL, headers: {}, body: Buffer.from("123456789") };
    const { headers } = signRequest(preset, draft, { secret: HEX, id: "1", at: AT, params: { shop: "s1" } });
    const hash = createHash("sha256").update("123456789").digest("hex");
    // 0xCBF43926, the check value of CRC-32.
    assert.equal(headers["x-webhook-signature"], `sha256=${hmac(["s1123456789", hash, "3421780262"]).digest("hex")}`);
  });

  for (const content of ["{param:shop}{body}", "{header:x-shop}", "{json:/shop}", "{kv:t}{body}"]) {
    it(`${content} without a value is wrong usage`, () => {
      const preset = senderPreset({ ...senderPreset("hookd"), content });
      const draft: Draft = { url: URL, headers: {}, body: Buffer.from("{}") };
      assert.throws(() => signRequest(preset, draft, { secret: HEX, id: "1", at: AT }), { code: "ERR_USAGE" });
    });
  }

  it("a signature in the body of what is no JSON is wrong usage", () => {
    assert.throws(() => sign("mailgun", { body: "a=1" }), { code: "ERR_USAGE" });
  });
});

/** A body that every sender could have written. */
const ANY = JSON.stringify({
  "type": "a",
  "notificationItems": [1, 2].map((value) => ({
    NotificationRequestItem: {
      pspReference: `p${value}`,
      merchantAccountCode: "m",
      amount: { value, currency: "EUR" },
      eventCode: "AUTHORISATION",
      success: "true",
      additionalData: {},
    },
  })),
});

for (const name of SIGNABLE) {
  describe(`the receiver of ${name}`, () => {
    const said = (draft: Draft, at = AT) => {
      const { scheme } = compileScheme(presetOf(name)!, { secrets: [HEX], toleranceMs: undefined });
      const verdict = verify(scheme, aSignedRequest({ ...draft, body: draft.body }), at);
      assert(!(verdict instanceof Promise));
      return verdict.kind === "verified" ? verdict.kind : verdict.reason;
    };

    it("verifies what is signed here", () => assert.equal(said(sign(name, { body: ANY })), "verified"));

    it("misses the signature where it is taken away", () => {
      assert.equal(said(unsignRequest(senderPreset(name), sign(name, { body: ANY }))), "missing_signature");
    });

    it("refuses another secret", () => {
      assert.equal(said(sign(name, { body: ANY, secret: `ff${HEX.slice(2)}` })), "signature_mismatch");
    });

    it("finds an old time stale, where one is signed", () => {
      const old = said(sign(name, { body: ANY, at: AT - 7_200_000 }));
      assert.equal(old, signsTime(presetOf(name)!) ? "timestamp_expired" : "verified");
    });
  });
}
