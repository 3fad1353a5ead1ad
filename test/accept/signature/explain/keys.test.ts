import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { caseOf } from "../../../../src/accept/signature/explain/case.ts";
import { explainKeys, keyTries } from "../../../../src/accept/signature/explain/keys.ts";
import { aCapture } from "./a-capture.ts";

function tries(preset: string, ...secrets: string[]) {
  return keyTries(caseOf(aCapture({ preset, secrets })));
}

for (
  const [what, preset, secret, key] of [
    ["without white space around it", "github", " abcdefgh\n", "abcdefgh"],
    ["without quotation marks", "github", '"abcdefgh"', "abcdefgh"],
    ["with a line feed at its end", "github", "abcdefgh", "abcdefgh\n"],
    ["with a space at its end", "github", "abcdefgh", "abcdefgh "],
    ["decoded from Base64 after whsec_", "stripe", "whsec_YWJjZGVmZ2g=", "abcdefgh"],
    ["decoded from Base64 without its padding", "stripe", "whsec_YWJjZGVmZ2g", "abcdefgh"],
    ["without its prefix", "stripe", "whsec_abc", "abc"],
    ["as text where it is decoded", "standard", "whsec_YWJjZGVmZ2g=", "whsec_YWJjZGVmZ2g="],
    ["as text without its prefix where it is decoded", "standard", "whsec_YWJjZGVmZ2g=", "YWJjZGVmZ2g="],
    ["decoded from hex", "github", "61626364", "abcd"],
    ["as text where hex is decoded", "adyen-platform", "61626364", "61626364"],
  ] as const
) {
  test(`a secret is tried ${what}`, () => {
    const found = tries(preset, secret).filter(({ key: each }) =>
      "secret" in each && each.secret.equals(Buffer.from(key))
    );
    assert.equal(found.length, 1);
    assert.notEqual(found[0]!.clause, "");
  });
}

test("each secret is tried as it is first, and no key twice", () => {
  const all = tries("github", "abcdefgh", "ijklmnop");
  assert.deepEqual(all.slice(0, 2).map(({ index, clause }) => [index, clause]), [[0, ""], [1, ""]]);
  const keys = all.map(({ key }) => "secret" in key ? key.secret.toString("hex") : "");
  assert.equal(new Set(keys).size, keys.length);
});

test("a secret beyond those that count is tried, and is said to be", () => {
  const all = tries("github", ...Array.from({ length: 9 }, (_, at) => `secret-number-${at}`));
  const last = all.find(({ key }) => "secret" in key && key.secret.toString() === "secret-number-8");
  assert.deepEqual([last?.index, last?.clause], [8, "only the first 8 secrets did not count"]);
});

test("a public key is tried in every form that it is written in", () => {
  const spki = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
  const bytes = spki.subarray(-32);
  const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString("base64")}\n-----END PUBLIC KEY-----`;
  for (
    const secret of [
      `whpk_${bytes.toString("base64")}`,
      bytes.toString("base64"),
      spki.toString("base64"),
      pem.replaceAll("\n", "\\n"),
    ]
  ) {
    assert.ok(tries("discord", secret).some(({ key }) => "publicKey" in key), secret);
  }
});

test("a public key that is used as a shared secret is called what it is", () => {
  const [first] = tries("standard", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=").filter(({ key }) =>
    "secret" in key
  );
  assert.match(first!.clause, /this is how a forger signs/);
});

test("secrets that are no keys and short ones are named by their number", () => {
  const of = caseOf(
    aCapture({ preset: "standard", secrets: ["!", "whsec_YWJj", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] }),
  );
  assert.deepEqual(explainKeys(of).map(({ text }) => text), [
    "Secret 0 is not Base64 (after an optional whsec_).",
    "Secret 1 is short: 3 bytes, where at least 16 resist guessing.",
  ]);
  assert.deepEqual(explainKeys(caseOf(aCapture({ secrets: [] }))).map(({ text }) => text), ["There is no secret."]);
});
