import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { constants, createHash, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";
import { checkerFor, fitsAlgorithm } from "../../../src/accept/signature/algorithms.ts";
import type { VerifyKey } from "../../../src/accept/signature/key-import.ts";
import type { Algorithm } from "../../../src/presets/preset.ts";

const lengths: [algorithm: Algorithm, fits: number[], not: number[]][] = [
  ["hmac-sha256", [32], [0, 20, 31, 33, 64]],
  ["hmac-sha1", [20], [0, 19, 32]],
  ["sha256", [32], [0, 31, 64]],
  ["ed25519", [64], [0, 63, 65]],
  ["ecdsa-p256", [8, 70, 71, 72], [0, 7, 73]],
  ["ecdsa-p256-raw", [64], [0, 63, 65, 70]],
  ["rsa-pss-sha512", [256, 512], [0, 1025]],
  ["rsa-sha256", [256, 512], [0, 1025]],
  ["token", [1, 1024], [0, 1025]],
];
for (const [algorithm, fits, not] of lengths) {
  it(`a signature of ${algorithm} has the length that it can have`, () => {
    for (const length of fits) assert.equal(fitsAlgorithm(Buffer.alloc(length), algorithm), true, String(length));
    for (const length of not) assert.equal(fitsAlgorithm(Buffer.alloc(length), algorithm), false, String(length));
  });
}

function right(key: VerifyKey, content: string, signature: Buffer): boolean {
  // In pieces, as contents come.
  const bytes = Buffer.from(content);
  return checkerFor(key, [bytes.subarray(0, 3), bytes.subarray(3)])(signature);
}

const shared = (algorithm: "hmac-sha256" | "hmac-sha1" | "sha256" | "token", secret: string): VerifyKey => ({
  algorithm,
  secret: Buffer.from(secret),
});
const ed25519 = (hex: string): VerifyKey => ({
  algorithm: "ed25519",
  publicKey: createPublicKey({
    key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(hex, "hex")]),
    format: "der",
    type: "spki",
  }),
});
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const WHAT = "what do ya want for nothing?";

function signPss(saltLength: number): Buffer {
  const options = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return sign("sha512", Buffer.from(WHAT), options);
}

const known: [source: string, key: VerifyKey, content: string, signature: Buffer][] = [
  [
    "RFC 4231, test case 2",
    shared("hmac-sha256", "Jefe"),
    WHAT,
    Buffer.from("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "hex"),
  ],
  [
    "RFC 2202, test case 2",
    shared("hmac-sha1", "Jefe"),
    WHAT,
    Buffer.from("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", "hex"),
  ],
  [
    "FIPS 180-4, 'abc', of which 'a' is the secret",
    shared("sha256", "a"),
    "bc",
    Buffer.from("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "hex"),
  ],
  [
    "RFC 8032 section 7.1, test 2",
    ed25519("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
    "r",
    Buffer.from(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
      "hex",
    ),
  ],
  ["a token", shared("token", "glsecret"), "any", Buffer.from("glsecret")],
  [
    "ECDSA in DER",
    { algorithm: "ecdsa-p256", publicKey: ec.publicKey },
    WHAT,
    sign("sha256", Buffer.from(WHAT), ec.privateKey),
  ],
  [
    "ECDSA of 64 bytes",
    { algorithm: "ecdsa-p256-raw", publicKey: ec.publicKey },
    WHAT,
    sign("sha256", Buffer.from(WHAT), { key: ec.privateKey, dsaEncoding: "ieee-p1363" }),
  ],
  [
    "RSA-PSS with a salt as long as its hash",
    { algorithm: "rsa-pss-sha512", publicKey: rsa.publicKey },
    WHAT,
    signPss(64),
  ],
  [
    "RSA in PKCS #1 v1.5",
    { algorithm: "rsa-sha256", publicKey: rsa.publicKey },
    WHAT,
    sign("sha256", Buffer.from(WHAT), { key: rsa.privateKey, padding: constants.RSA_PKCS1_PADDING }),
  ],
];

for (const [source, key, content, signature] of known) {
  describe(`${key.algorithm}: ${source}`, () => {
    it("is right", () => assert.equal(right(key, content, signature), true));

    it("is wrong with any bit changed", () => {
      for (let bit = 0; bit < signature.length * 8; bit += key.algorithm.startsWith("rsa-") ? 41 : 1) {
        const changed = Buffer.from(signature);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        assert.equal(right(key, content, changed), false, `bit ${bit}`);
      }
    });

    it("is wrong, and no exception, when it is too short, too long or empty", () => {
      for (const other of [signature.subarray(1), Buffer.concat([signature, Buffer.alloc(1)]), Buffer.alloc(0)]) {
        assert.equal(right(key, content, other), false);
      }
    });
  });
}

it("other bytes have another signature, but for a token, which signs nothing", () => {
  for (const [, key, content, signature] of known) {
    assert.equal(right(key, `${content} `, signature), key.algorithm === "token");
  }
});

it("a hash is no token: what is compared are the secrets", () => {
  const hash = createHash("sha256").update("glsecret").digest();
  assert.equal(right(shared("token", "glsecret"), "", hash), false);
});

it("the raw form of ECDSA is not taken for DER, nor PSS for PKCS #1", () => {
  const raw = sign("sha256", Buffer.from(WHAT), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
  assert.equal(right({ algorithm: "ecdsa-p256", publicKey: ec.publicKey }, WHAT, raw), false);
  const pss = sign("sha256", Buffer.from(WHAT), { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING });
  assert.equal(right({ algorithm: "rsa-sha256", publicKey: rsa.publicKey }, WHAT, pss), false);
});

it("RSA-PSS may have a salt of any length", () => {
  for (const length of [0, 32, 190]) {
    assert(right({ algorithm: "rsa-pss-sha512", publicKey: rsa.publicKey }, WHAT, signPss(length)));
  }
});

it("a signature in the form of another algorithm is wrong", () => {
  const of = (algorithm: Algorithm) => known.find(([, key]) => key.algorithm === algorithm)!;
  for (const [one, other] of [["ecdsa-p256", "ecdsa-p256-raw"], ["rsa-sha256", "rsa-pss-sha512"]] as const) {
    assert.equal(right(of(one)[1], WHAT, of(other)[3]), false);
    assert.equal(right(of(other)[1], WHAT, of(one)[3]), false);
  }
});

it("an ECDSA signature of two zeros is wrong, which GHSA-9wx7-jrvc-28mm (starkbank-ecdsa) took for every message", () => {
  assert.equal(
    right({ algorithm: "ecdsa-p256", publicKey: ec.publicKey }, WHAT, Buffer.from("3006020100020100", "hex")),
    false,
  );
  assert.equal(right({ algorithm: "ecdsa-p256-raw", publicKey: ec.publicKey }, WHAT, Buffer.alloc(64)), false);
});
