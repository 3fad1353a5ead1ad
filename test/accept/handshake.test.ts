import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import type { SourceConfig } from "../../src/config.ts";
import { anAcceptSource, SECRET } from "./a-route.ts";
import { openRig, type Rig, send } from "./rig.ts";
import { AT, SECRETS, SIGN_AS, snsMessage } from "./sign-as.ts";

const TOPIC = "arn:aws:sns:us-west-2:123456789012:MyTopic";

async function rigOf(t: TestContext, preset: string, over: Partial<SourceConfig> = {}): Promise<Rig> {
  const source = anAcceptSource({
    preset,
    secrets: [SECRETS[preset] ?? SECRET],
    toleranceMs: undefined,
    params: preset === "meta" ? { verify_token: "the text" } : { topic_arn: TOPIC },
    ...over,
  });
  const handlers = { "order.placed": undefined, SubscriptionConfirmation: undefined, "stream.online": undefined };
  const rig = await openRig({ sources: [source], handlers });
  t.after(rig.close);
  return rig;
}

function post(rig: Rig, preset: string, { body, headers = {} }: { body: string; headers?: Record<string, string> }) {
  return send(rig.port, { body, headers: { ...SIGN_AS[preset]!(body), ...headers } });
}

function get(rig: Rig, query: string) {
  return send(rig.port, { method: "GET", path: `/webhooks/events?${query}` });
}

const macOf = (text: string, encoding: "hex" | "base64") => createHmac("sha256", SECRET).update(text).digest(encoding);

const VERIFICATION = { "Twitch-Eventsub-Message-Type": "webhook_callback_verification" };

describe("a handshake by POST", () => {
  interface Row {
    preset: string;
    name: string;
    body: string;
    headers?: Record<string, string>;
    answer: [status: number, contentType: string | undefined, text: string];
  }
  const rows: Row[] = [
    {
      preset: "slack",
      name: "url_verification",
      body:
        '{"token":"x","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}',
      answer: [200, "text/plain; charset=utf-8", "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"],
    },
    {
      preset: "zoom",
      name: "endpoint.url_validation",
      body: '{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1,"event":"endpoint.url_validation"}',
      answer: [
        200,
        "application/json",
        `{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"${macOf("qgg8vlvZRS6UYooatFL8Aw", "hex")}"}`,
      ],
    },
    {
      preset: "discord",
      name: "ping",
      body: '{"id":"1","type":1,"token":"t"}',
      answer: [200, "application/json", '{"type":1}'],
    },
    { preset: "discord", name: "ping", body: '{"version":1,"type":0}', answer: [204, undefined, ""] },
    {
      preset: "twitch",
      name: "webhook_callback_verification",
      body: '{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"type":"stream.online"}}',
      headers: VERIFICATION,
      answer: [200, "text/plain; charset=utf-8", "pogchamp-kappa-360noscope-vohiyo"],
    },
    {
      preset: "aws-sns",
      name: "SubscriptionConfirmation",
      body: snsMessage({
        Type: "SubscriptionConfirmation",
        Message: "You have chosen to subscribe",
        Token: "2336412f",
        SubscribeURL: "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=2336412f",
      }),
      answer: [200, "application/json", '{"status":"unconfirmed"}'],
    },
  ];

  for (const row of rows) {
    it(`of ${row.preset} is answered, and is no event: ${row.body.slice(0, 20)}`, async (t) => {
      const rig = await rigOf(t, row.preset);
      const { status, headers, text } = await post(rig, row.preset, row);
      assert.deepEqual([status, headers["content-type"], text], row.answer);
      assert.equal(headers["x-content-type-options"], text.startsWith("{") || text === "" ? undefined : "nosniff");
      assert.deepEqual([rig.store.asked.length, rig.of("received").length], [0, 0]);
      assert.deepEqual(rig.of("handshake"), [
        { kind: "handshake", source: "events", handshake: row.name, sourceIp: "127.0.0.1" },
      ]);
    });

    it(`of ${row.preset} that nobody signed is a 401 like any other: ${row.body.slice(0, 20)}`, async (t) => {
      const rig = await rigOf(t, row.preset);
      const body = row.preset === "aws-sns" ? row.body.replace("chosen", "CHOSEN") : `${row.body} `;
      const { status, json } = await send(rig.port, {
        body,
        headers: { ...SIGN_AS[row.preset]!(row.body), ...row.headers },
      });
      assert.deepEqual([status, json.code], [401, "signature_invalid"]);
      assert.equal(rig.of("handshake").length, 0);
    });
  }

  it("without a challenge that could be one is refused", async (t) => {
    const slack = await rigOf(t, "slack");
    for (const challenge of ["", "a b", "ä", "x".repeat(513), 7.5, { a: 1 }]) {
      const body = JSON.stringify({ type: "url_verification", challenge });
      const { status, json } = await post(slack, "slack", { body });
      assert.equal(status, typeof challenge === "number" ? 200 : 400, JSON.stringify(challenge));
      if (status === 400) assert.equal(json.code, "invalid_value");
    }
    const twitch = await rigOf(t, "twitch");
    const body = '{"event":{"id":"1"},"subscription":{"type":"stream.online"}}';
    assert.equal((await post(twitch, "twitch", { body, headers: VERIFICATION })).status, 400);
    assert.equal((await post(twitch, "twitch", { body })).status, 202);
  });

  it("is answered under the key that verified it, also while keys are changed", async (t) => {
    const rig = await rigOf(t, "zoom", { secrets: ["another secret of sixteen bytes", SECRET] });
    const body = '{"payload":{"plainToken":"abc"},"event":"endpoint.url_validation"}';
    assert.equal((await post(rig, "zoom", { body })).json.encryptedToken, macOf("abc", "hex"));
  });

  it("of Discord is told apart from an event, which has type 1 too", async (t) => {
    const rig = await rigOf(t, "discord");
    const body = '{"version":1,"type":1,"event":{"type":"order.placed","data":{}}}';
    assert.equal((await post(rig, "discord", { body })).status, 202);
    assert.equal(rig.of("handshake").length, 0);
  });
});

describe("Zoom's validation", () => {
  const ask = (plainToken: unknown) => JSON.stringify({ event: "endpoint.url_validation", payload: { plainToken } });
  const forged = `v0:${AT}:{"event":"meeting.ended"}`;

  it("never signs what a forger needs: neither unsigned nor signed", async (t) => {
    const rig = await rigOf(t, "zoom");
    const unsigned = await send(rig.port, { body: ask(forged) });
    const signed = await post(rig, "zoom", { body: ask(forged) });
    assert.deepEqual([unsigned.status, signed.status], [401, 400]);
    for (const { text } of [unsigned, signed]) assert(!text.includes(macOf(forged, "hex")));
  });

  it("signs nothing but its own alphabet, up to 64 characters", async (t) => {
    const rig = await rigOf(t, "zoom");
    const tokens: [token: unknown, status: number][] = [
      ["A-z_9", 200],
      ["x".repeat(64), 200],
      ["x".repeat(65), 400],
      ["a:b", 400],
      ["a.b", 400],
      ["a b", 400],
      ["abc\n", 400],
      ["", 400],
      [null, 400],
      [["abc"], 400],
    ];
    for (const [token, status] of tokens) {
      assert.equal((await post(rig, "zoom", { body: ask(token) })).status, status, JSON.stringify(token));
    }
  });
});

describe("the CRC of X", () => {
  it("is the MAC of the token in Base64", async (t) => {
    const rig = await rigOf(t, "x");
    const { status, json, text } = await get(rig, "crc_token=MGQ5-._~%2B%2F%3D&nonce=1");
    assert.deepEqual([status, text], [200, JSON.stringify(json)]);
    assert.deepEqual(json, { response_token: `sha256=${macOf("MGQ5-._~+/=", "base64")}` });
    assert.deepEqual(rig.of("handshake"), [
      { kind: "handshake", source: "events", handshake: "crc", sourceIp: "127.0.0.1" },
    ]);
  });

  it("is made of no text in which an event could be written", async (t) => {
    const rig = await rigOf(t, "x");
    const forged = '{"type":"x.activity"}';
    for (const token of [forged, "[]", '"a"', "a b", "a\n", "", "x".repeat(257)]) {
      const { status, text } = await get(rig, `crc_token=${encodeURIComponent(token)}`);
      assert.equal(status, 400, token);
      assert(!text.includes(macOf(token, "base64")));
    }
    for (const query of ["", "crc=1", "crc_token=a&crc_token=a"]) assert.equal((await get(rig, query)).status, 400);
    assert.equal(rig.of("handshake").length, 0);
  });

  it("signs no body that would then be taken for an event", async (t) => {
    // `true` and 17 are JSON that needs nothing beyond the alphabet of tokens.
    const rig = await rigOf(t, "x", { type: "literal:order.placed" });
    for (const body of ["true", "17", "abc", "x".repeat(256)]) {
      const { json } = await get(rig, `crc_token=${body}`);
      const headers = { "x-twitter-webhooks-signature": json.response_token };
      assert.equal((await send(rig.port, { body, headers })).status, 401, body);
    }
    assert.deepEqual(new Set(rig.reasons()), new Set(["challenge_as_event"]));
    assert.equal((await post(rig, "x", { body: '{"for_user_id":"1"}' })).status, 202);
  });

  it("is made under the first key that still counts", async (t) => {
    const secrets = ["an old secret of sixteen bytes", SECRET];
    const rig = await rigOf(t, "x", { secrets, notAfter: [AT * 1000 - 1, undefined] });
    assert.equal((await get(rig, "crc_token=abc")).json.response_token, `sha256=${macOf("abc", "base64")}`);
    const none = await rigOf(t, "x", { notAfter: [AT * 1000 - 1] });
    assert.equal((await get(none, "crc_token=abc")).status, 401);
  });
});

describe("the challenge of Meta", () => {
  const query = (token: string, rest = "&hub.mode=subscribe&hub.challenge=1158201444") =>
    `hub.verify_token=${encodeURIComponent(token)}${rest}`;

  it("is echoed to whoever knows the verify token", async (t) => {
    const rig = await rigOf(t, "meta");
    const { status, text, headers } = await get(rig, query("the text"));
    assert.deepEqual([status, text], [200, "1158201444"]);
    assert.deepEqual([headers["content-type"], headers["x-content-type-options"]], [
      "text/plain; charset=utf-8",
      "nosniff",
    ]);
  });

  it("is refused to everybody else, and told so to the operator", async (t) => {
    const rig = await rigOf(t, "meta");
    const tokens = ["", "the", "the texT", "the text ", "the text\0"];
    for (const token of tokens) assert.equal((await get(rig, query(token))).status, 401, token);
    const twice = await get(rig, `${query("the text")}&hub.verify_token=x`);
    const missing = await get(rig, query("").replace("hub.verify_token=", "x="));
    assert.deepEqual([twice.status, missing.status], [401, 401]);
    assert.deepEqual(new Set(rig.reasons()), new Set(["verify_token_mismatch"]));
    assert.equal(rig.of("handshake").length, 0);
  });

  it("is no handshake without its mode or a challenge", async (t) => {
    const rig = await rigOf(t, "meta");
    const bad = ["&hub.mode=unsubscribe&hub.challenge=1", "&hub.challenge=1", "&hub.mode=subscribe"];
    for (const rest of bad) assert.equal((await get(rig, query("the text", rest))).status, 400, rest);
  });

  it("is not taken where the source has no verify token", async (t) => {
    for (const params of [{}, { verify_token: "" }]) {
      const rig = await rigOf(t, "meta", { params });
      assert.equal((await get(rig, query(""))).status, 405);
    }
  });

  it("is Meta's also where the preset goes by another name", async (t) => {
    const rig = await rigOf(t, "whatsapp", { params: { verify_token: "the text" } });
    assert.equal((await get(rig, query("the text"))).status, 200);
  });
});

it("the challenge of Dropbox is echoed as text, if it is one", async (t) => {
  const rig = await rigOf(t, "dropbox");
  const { status, text, headers } = await get(rig, "challenge=kW5_-a.b~c");
  assert.deepEqual([status, text, headers["x-content-type-options"]], [200, "kW5_-a.b~c", "nosniff"]);
  for (const query of ["challenge=%3Cscript%3E", "challenge=", "", "challenge=a%0d%0ab", "challenge=a&challenge=b"]) {
    assert.equal((await get(rig, query)).status, 400, query);
  }
});

describe("a subscription of Amazon SNS", () => {
  const confirmation = snsMessage({
    Type: "SubscriptionConfirmation",
    Message: "m",
    Token: "t-o-k-e-n",
    SubscribeURL: "https://sns.us-west-2.amazonaws.com/?Token=t-o-k-e-n",
  });

  it("is shown to the operator by the host that would confirm it, without the token", async (t) => {
    const rig = await rigOf(t, "aws-sns");
    await post(rig, "aws-sns", { body: confirmation });
    assert.deepEqual(rig.of("subscription-offered"), [{
      kind: "subscription-offered",
      source: "events",
      host: "sns.us-west-2.amazonaws.com",
      sourceIp: "127.0.0.1",
    }]);
    assert(!JSON.stringify(rig.signals).includes("t-o-k-e-n"));
  });

  it("is an event where the source lists its type", async (t) => {
    const rig = await rigOf(t, "aws-sns", { types: ["SubscriptionConfirmation"] });
    assert.equal((await post(rig, "aws-sns", { body: confirmation })).status, 202);
    assert.equal(rig.store.stored.length, 1);
    assert.equal(rig.of("subscription-offered").length, 0);
  });
});

describe("a source without a handshake", () => {
  it("takes POST only, whoever asks", async (t) => {
    const rig = await rigOf(t, "hookd");
    for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]) {
      const { status, headers } = await send(rig.port, {
        method,
        path: "/webhooks/events?challenge=a&crc_token=a&hub.mode=subscribe&hub.challenge=1",
        headers: { "WebHook-Request-Origin": "eventemitter.example.com" },
      });
      assert.deepEqual([status, headers["allow"]], [405, "POST"], method);
    }
  });

  it("takes what another sender would ask as an event", async (t) => {
    const rig = await rigOf(t, "hookd", { type: "literal:order.placed" });
    const body = '{"type":"url_verification","challenge":"abc"}';
    const { status } = await send(rig.port, {
      body,
      headers: { "X-Webhook-Signature": `sha256=${macOf(body, "hex")}` },
    });
    assert.equal(status, 202);
  });
});

it("a daemon that stops answers no handshake", async (t) => {
  const rig = await rigOf(t, "dropbox");
  rig.state.draining = true;
  assert.equal((await get(rig, "challenge=abc")).status, 503);
});
