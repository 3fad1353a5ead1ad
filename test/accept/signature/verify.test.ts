import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac, generateKeyPairSync, sign as signBytes } from "node:crypto";
import { createRequire } from "node:module";
import { describe, it } from "node:test";
import { sign as signGithub } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import type { DeclaredPreset, Preset } from "../../../src/presets/preset.ts";
import { PRESETS } from "../../../src/presets/registry.ts";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import type { Verdict } from "../../../src/accept/signature/verdict.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { aSignedRequest } from "./a-signed-request.ts";

const NOW = 1_700_000_000_000;
const TOLERANCE_MS = 300_000;

function check(
  preset: Preset,
  secrets: readonly string[],
  request: { headers: Record<string, string | string[]>; body: string | Buffer; now?: number },
): Verdict {
  const { scheme } = compileScheme(preset, { secrets, toleranceMs: TOLERANCE_MS });
  const verdict = verify(scheme, aSignedRequest(request), request.now ?? NOW);
  assert(!(verdict instanceof Promise));
  return verdict;
}

function said(verdict: Verdict): string {
  return verdict.kind === "verified" ? `key ${verdict.keyIndex}` : verdict.reason;
}

describe("a request signed by the sender's own library", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const body = '{"note":"héllo ☃ 😀","n":12345678901234567890}';

  it("verifies: GitHub, a real push", async () => {
    const examples = createRequire(import.meta.url)("@octokit/webhooks-examples") as { default?: unknown };
    const events = (examples.default ?? examples) as { name: string; examples: unknown[] }[];
    const push = JSON.stringify(events.find(({ name }) => name === "push")!.examples[0]);
    const headers = { "X-Hub-Signature-256": await signGithub("It's a Secret to Everybody", push) };
    assert.equal(said(check(PRESETS["github"]!, ["It's a Secret to Everybody"], { headers, body: push })), "key 0");
    assert.equal(
      said(check(PRESETS["github"]!, ["It's a Secret to Everybody"], { headers, body: `${push} ` })),
      "signature_mismatch",
    );
  });

  it("verifies: Stripe", async () => {
    const header = await new Stripe("sk_test_x").webhooks.generateTestHeaderStringAsync({
      payload: body,
      secret,
      timestamp: NOW / 1000,
    });
    assert.equal(said(check(PRESETS["stripe"]!, [secret], { headers: { "Stripe-Signature": header }, body })), "key 0");
  });

  it("verifies: Standard Webhooks", () => {
    const signature = new Webhook(secret).sign("msg_1", new Date(NOW), body);
    const headers = { "webhook-id": "msg_1", "webhook-timestamp": String(NOW / 1000), "webhook-signature": signature };
    const verdict = check(PRESETS["standard"]!, [secret], { headers, body });
    assert.deepEqual(verdict, { kind: "verified", keyIndex: 0, binding: "body", signedAt: NOW });
  });

  it("verifies: Ed25519 of Standard Webhooks, and a bit of it changed does not", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const key = `whpk_${publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64")}`;
    const time = String(NOW / 1000);
    const signature = signBytes(null, Buffer.from(`msg_1.${time}.${body}`), privateKey);
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": time,
      "webhook-signature": `v1a,${signature.toString("base64")}`,
    };
    assert.equal(said(check(PRESETS["standard"]!, [key], { headers, body })), "key 0");
    assert.equal(said(check(PRESETS["standard"]!, [key], { headers, body: `${body} ` })), "signature_mismatch");
  });
});

describe("several keys and signatures", () => {
  const mac = (key: string) => createHmac("sha256", key).update("{}").digest("hex");
  const keys = Array.from({ length: 8 }, (_, at) => `secret number ${at} of many`);

  for (const index of [0, 3, 7]) {
    it(`key ${index} of eight is named when it matches`, () => {
      const headers = { "X-Webhook-Signature": `sha256=${mac(keys[index]!)}` };
      assert.equal(said(check(PRESETS["hookd"]!, keys, { headers, body: "{}" })), `key ${index}`);
    });
  }

  const time = NOW / 1000;
  const right = `v1=${createHmac("sha256", keys[0]!).update(`${time}.{}`).digest("hex")}`;
  const wrong = `v1=${"0".repeat(64)}`;
  const stripe = (signatures: string[]) =>
    said(check(PRESETS["stripe"]!, [keys[0]!], {
      headers: { "Stripe-Signature": [`t=${time}`, ...signatures].join(",") },
      body: "{}",
    }));
  it("one right among 32 is found, wherever it stands", () => {
    for (const at of [0, 15, 31]) assert.equal(stripe(Array<string>(32).fill(wrong).with(at, right)), "key 0");
  });
  it("more than 32 are not looked at", () =>
    assert.equal(stripe([right, ...Array<string>(32).fill(wrong)]), "malformed_signature"));
  it("malformed ones beside a right one do no harm", () =>
    assert.equal(stripe(["v1=zz", right, "v0=00", "junk"]), "key 0"));
});

describe("what is signed", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const time = String(NOW / 1000);

  it("cannot be cut in another place: an id with a dot is refused", () => {
    // The bytes are those of id "a", a time, and a body that begins with the rest.
    const signature = new Webhook(secret).sign("a", new Date(NOW), `${time}.{}`);
    const headers = { "webhook-id": `a.${time}`, "webhook-timestamp": time, "webhook-signature": signature };
    assert.equal(said(check(PRESETS["standard"]!, [secret], { headers, body: "{}" })), "malformed_header");
  });

  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
    it(`comes once: a second ${name} is refused`, () => {
      const signature = new Webhook(secret).sign("a", new Date(NOW), "{}");
      const headers: Record<string, string | string[]> = {
        "webhook-id": "a",
        "webhook-timestamp": time,
        "webhook-signature": signature,
      };
      headers[name] = [headers[name] as string, headers[name] as string];
      assert.equal(said(check(PRESETS["standard"]!, [secret], { headers, body: "{}" })), "duplicate_header");
    });
  }

  it("is the bytes of a header, not its text", () => {
    const preset: Preset = { ...PRESETS["hookd"] as DeclaredPreset, content: "{header:x-name}.{body}" };
    const key = "a secret of enough bytes";
    const mac = createHmac("sha256", key).update(Buffer.from("caf\xe9.{}", "latin1")).digest("hex");
    assert.equal(
      said(
        check(preset, [key], { headers: { "X-Name": "caf\xe9", "X-Webhook-Signature": `sha256=${mac}` }, body: "{}" }),
      ),
      "key 0",
    );
  });

  it("may be a bare signature without a label", () => {
    const base = PRESETS["hookd"] as DeclaredPreset;
    const preset: Preset = {
      ...base,
      signature: { in: ["header:x-mac"], take: { "": "hmac-sha256" }, encoding: "base64" },
    };
    const key = "a secret of enough bytes";
    const mac = createHmac("sha256", key).update("{}").digest("base64");
    assert.equal(said(check(preset, [key], { headers: { "X-Mac": mac }, body: "{}" })), "key 0");
  });
});

describe("elements that are signed one by one", () => {
  const key = "00112233445566778899aabbccddeeff";
  const item = (reference: string) => {
    const text = `${reference}::m::1:EUR:AUTHORISATION:true`;
    const hmacSignature = createHmac("sha256", Buffer.from(key, "hex")).update(text).digest("base64");
    return {
      pspReference: reference,
      merchantAccountCode: "m",
      amount: { value: 1, currency: "EUR" },
      eventCode: "AUTHORISATION",
      success: "true",
      additionalData: { hmacSignature },
    };
  };
  const of = (item: unknown) => ({ NotificationRequestItem: item });
  const right = of(item("p1"));
  const cases: [what: string, items: unknown, said: string][] = [
    ["are right together", [right, of(item("p2"))], "key 0"],
    ["are none in an empty list", [], "missing_field"],
    ["are none in what is no list", right, "missing_field"],
    ["are not there under another name", [right, { notificationRequestItem: item("p2") }], "missing_field"],
    ["are not there where the element is no object", [right, "x"], "missing_field"],
    ["are not signed as null", [right, of(null)], "missing_signature"],
    ["need a signature each", [right, of({ ...item("p2"), additionalData: {} })], "missing_signature"],
    ["are as wrong as the last of them", [right, of({ ...item("p2"), success: "false" })], "signature_mismatch"],
    ["are a thousand at most", Array<unknown>(1001).fill(right), "malformed_signature"],
  ];
  for (const [what, notificationItems, expected] of cases) {
    it(what, () => {
      const body = JSON.stringify({ notificationItems });
      assert.equal(said(check(PRESETS["adyen"]!, [key], { headers: {}, body })), expected);
    });
  }
});

describe("a bit that is changed", () => {
  const key = "a secret of enough bytes";
  const body = Buffer.from('{"event":"order.placed","total":100}');
  const mac = createHmac("sha256", key).update(body).digest();

  it("anywhere in the body is found", () => {
    for (let bit = 0; bit < body.length * 8; bit++) {
      const changed = Buffer.from(body);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const headers = { "X-Webhook-Signature": `sha256=${mac.toString("hex")}` };
      assert.equal(said(check(PRESETS["hookd"]!, [key], { headers, body: changed })), "signature_mismatch");
    }
  });

  it("anywhere in the signature is found", () => {
    for (let bit = 0; bit < 256; bit++) {
      const changed = Buffer.from(mac);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const headers = { "X-Webhook-Signature": `sha256=${changed.toString("hex")}` };
      assert.equal(said(check(PRESETS["hookd"]!, [key], { headers, body })), "signature_mismatch");
    }
  });
});
