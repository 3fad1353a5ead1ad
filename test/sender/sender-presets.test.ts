import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { HookdError } from "../../src/errors.ts";
import { PRESET_NAMES, presetOf, PRESETS } from "../../src/presets/registry.ts";
import { canSign, senderPreset, sharedKey, SIGNABLE, signsTime } from "../../src/sender/sender-presets.ts";

test("all can be signed for, but those whose senders sign with a key of their own or by a scheme that is code", () => {
  const others = Object.keys(PRESETS).filter((name) => !SIGNABLE.includes(name));
  assert.deepEqual(others.sort(), ["aws-sns", "discord", "http-message-sig", "paypal", "plaid", "sendgrid", "wise"]);
  for (const name of PRESET_NAMES) assert.equal(canSign(name), !others.includes(name), name);
});

test("a preset may be given as data, or by another name", () => {
  assert.deepEqual(senderPreset(presetOf("slack")!), senderPreset("slack"));
  assert.deepEqual(senderPreset("whatsapp"), senderPreset("meta"));
  assert.equal(canSign(presetOf("wise")!), false);
});

test("of several algorithms the one with a shared secret is used", () => {
  assert.deepEqual(senderPreset("standard").signs, { label: "v1", algorithm: "hmac-sha256" });
  assert.deepEqual(senderPreset("gitlab-token").signs, { label: "", algorithm: "token" });
});

test("only presets that sign a time say so", () => {
  const untimed = ["hookd", "github", "shopify", "square", "twilio", "adyen", "gitlab-token", "plaid"];
  for (const name of untimed) assert.equal(signsTime(presetOf(name)!), false, name);
  const timed = ["stripe", "standard", "slack", "linear", "mailgun", "hubspot-v3"];
  for (const name of timed) assert.equal(signsTime(presetOf(name)!), true, name);
});

for (
  const [name, secret, hex] of [
    ["stripe", "whsec_YWJj", Buffer.from("whsec_YWJj").toString("hex")],
    ["standard", "whsec_YWJj", "616263"],
    ["svix", "YWJj", "616263"],
    ["adyen", "00FFab", "00ffab"],
    ["slack", "héllo", "68c3a96c6c6f"],
  ] as const
) {
  test(`the secret ${secret} of ${name} is the key ${hex}`, () => {
    assert.equal(sharedKey(senderPreset(name), secret).toString("hex"), hex);
  });
}

for (
  const [what, act] of [
    ["an empty secret", () => sharedKey(senderPreset("hookd"), "")],
    ["a secret that is no Base64", () => sharedKey(senderPreset("standard"), "whsec_not base64!")],
    ["a secret that is empty after its prefix", () => sharedKey(senderPreset("standard"), "whsec_")],
    ["a secret that is no hex", () => sharedKey(senderPreset("adyen"), "not base64!")],
    ["a secret that is half a byte too short", () => sharedKey(senderPreset("adyen"), "abc")],
    ["a preset that is signed with a private key", () => senderPreset("paypal")],
    ["a preset that is code", () => senderPreset("plaid")],
    ["an unknown preset", () => senderPreset("no-such")],
    ["a preset named like a property of all objects", () => senderPreset("constructor")],
  ] as const
) {
  test(`${what} is wrong usage, and the secret is not in the message`, () => {
    assert.throws(act, (error: unknown) => {
      assert.ok(error instanceof HookdError);
      assert.equal(error.code, "ERR_USAGE");
      assert.doesNotMatch(error.message, /not base64!/);
      return true;
    });
  });
}

test("the message says whether a preset does not exist or keeps its key, and what is possible", () => {
  assert.throws(() => senderPreset("no-such"), /there is none of that name; possible: hookd, /);
  assert.throws(() => senderPreset("wise"), /only its own sender has the key/);
});
