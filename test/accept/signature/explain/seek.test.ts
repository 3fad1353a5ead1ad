import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { describe, it } from "node:test";
import { makingsFor, seekBytes, seekToken, seekVerified } from "../../../../src/accept/signature/explain/seek.ts";

describe("a right signature is found", () => {
  // With + and / and letters of both cases in its Base64.
  const signature = Buffer.from("fb".repeat(16) + "a1b2c3d4e5f60718".repeat(2), "hex");
  const [hex, base64] = [signature.toString("hex"), signature.toString("base64")];
  const seek = seekBytes(signature);

  for (
    const [what, text, encoding, clause] of [
      ["as hex", `sha256=${hex}`, "hex", undefined],
      ["as hex in upper case", hex.toUpperCase(), "hex", undefined],
      ["as Base64", `v1,${base64}`, "base64", undefined],
      ["as Base64 for URLs", signature.toString("base64url"), "base64url", undefined],
      ["without its padding", base64.replace("=", ""), "base64", "it had its padding (=)"],
      ["with its letters in another case", base64.toLowerCase(), "base64", "its letters had kept their case"],
      ["with spaces for +", base64.replaceAll("+", " "), "base64", "each + of it had not become a space"],
      ["percent-encoded", encodeURIComponent(base64), "base64", "it were not percent-encoded"],
      ["cut at its end", `sha256=${hex.slice(0, 20)}`, "hex", "it were whole: only 20 of its 64 characters are there"],
      ["cut at its beginning", hex.slice(3), "hex", "it were whole: its first 3 characters are missing"],
      [
        "in Base64 that only a lenient decoder takes",
        base64.replace("g=", "h="),
        "base64",
        "its Base64 were strict: only a lenient decoder takes it",
      ],
    ] as const
  ) {
    it(what, () => assert.deepEqual(seek(text), clause === undefined ? { encoding } : { encoding, clause }));
  }

  it("nowhere else", () => {
    for (const text of ["", "sha256=", hex.slice(0, 7), randomBytes(32).toString("hex"), "a".repeat(64)]) {
      assert.equal(seek(text), undefined);
    }
  });
});

describe("a signature that only its owner can make is found", () => {
  const content = [Buffer.from("signed")];

  it("in each encoding", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const bytes = sign(null, content[0]!, privateKey);
    const seek = seekVerified({ algorithm: "ed25519", publicKey }, content);
    assert.deepEqual(seek(bytes.toString("base64")), { encoding: "base64" });
    assert.deepEqual(seek(`x ${bytes.toString("hex")}`), { encoding: "hex" });
    assert.equal(seek(sign(null, Buffer.from("other"), privateKey).toString("base64")), undefined);
  });

  it("with its two numbers side by side, where DER is expected", () => {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const raw = sign("sha256", content[0]!, { key: privateKey, dsaEncoding: "ieee-p1363" });
    const seek = seekVerified({ algorithm: "ecdsa-p256", publicKey }, content);
    assert.match(seek(raw.toString("base64"))?.clause ?? "", /in DER/);
    assert.equal(seek(randomBytes(64).toString("base64")), undefined);
  });
});

describe("a token is found", () => {
  const seek = seekToken(Buffer.from("token-of-this-test"));
  it("as it is, with white space around it, or after the word of an Authorization header", () => {
    assert.equal(seek("token-of-this-test")?.clause, undefined);
    assert.match(seek(" token-of-this-test ")?.clause ?? "", /white space/);
    assert.match(seek("Bearer token-of-this-test")?.clause ?? "", /Bearer/);
  });
  it("and not where it is a part of the value", () => {
    for (const text of ["token-of-this-tes", "xtoken-of-this-test", "token-of-this-test2"]) {
      assert.equal(seek(text), undefined);
    }
  });
});

it("the preset's own way of making a signature comes first, the other hashes after it", () => {
  assert.deepEqual(makingsFor("hmac-sha1").map(({ clause }) => clause), [
    "",
    "hookd expected HMAC-SHA256 (this preset has HMAC-SHA1)",
    "hookd expected HMAC-SHA512 (this preset has HMAC-SHA1)",
    "hookd expected the SHA-256 of secret and content (this preset has HMAC-SHA1)",
  ]);
  assert.deepEqual(makingsFor("token"), []);
  assert.deepEqual(makingsFor("ed25519"), []);
});
