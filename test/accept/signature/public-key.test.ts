import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, it } from "node:test";
import { looksPublic, readPublicKey, weaknessOf } from "../../../src/accept/signature/public-key.ts";
import { CERTIFICATE } from "./a-certificate.ts";

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");

const pem = (key: KeyObject) => String(key.export({ format: "pem", type: "spki" }));
const jwk = (key: KeyObject, more: object = {}) => JSON.stringify({ ...key.export({ format: "jwk" }), ...more });

describe("a public key is read", () => {
  for (const [type, { publicKey }] of Object.entries({ ec, rsa, ed25519: ed })) {
    it(`of type ${type}, in PEM and as a JWK`, () => {
      for (const text of [pem(publicKey), jwk(publicKey)]) {
        assert(looksPublic(text));
        assert.equal(readPublicKey(text)?.publicKey.asymmetricKeyType, type);
      }
    });
  }

  it("out of a certificate", () => assert.equal(readPublicKey(CERTIFICATE)?.publicKey.asymmetricKeyType, "rsa"));

  it("with the id and the algorithm that a JWK names", () => {
    const { kid, alg } = readPublicKey(jwk(rsa.publicKey, { kid: "k1", alg: "RS256" }))!;
    assert.deepEqual({ kid, alg }, { kid: "k1", alg: "rsa-sha256" });
  });
});

const refused: [what: string, text: string][] = [
  ["a private key in PEM", String(ec.privateKey.export({ format: "pem", type: "pkcs8" }))],
  ["a private JWK", jwk(ed.privateKey)],
  ["a shared JWK", '{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"}'],
  ["a JWK for another algorithm", jwk(rsa.publicKey, { alg: "RSA-OAEP" })],
  ["a JWK whose algorithm is no text", jwk(rsa.publicKey, { alg: 1 })],
  ["a point that is not on the curve", JSON.stringify({ kty: "EC", crv: "P-256", x: "AA".repeat(21) + "A", y: "AQ" })],
  ["JSON that is cut short", '{"kty":"EC"'],
  ["PEM of nothing", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
  ["a word", "secret"],
];
for (const [what, text] of refused) {
  it(`${what} is no public key`, () => assert.equal(readPublicKey(text), undefined));
}

describe("a key for which others can sign is named", () => {
  it("when it is RSA of too few bits", () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    assert.match(weaknessOf(publicKey)!, /1024 bits/);
  });

  it("when it is RSA with the exponent 1, or is not read at all", () => {
    const read = readPublicKey(jwk(rsa.publicKey, { e: "AQ" }));
    // Some runtimes do not even read it.
    assert(read === undefined || /exponent 1/.test(weaknessOf(read.publicKey)!));
  });

  it("when it is on another curve", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    assert.match(weaknessOf(publicKey)!, /not on P-256/);
  });

  it("when it is Ed25519 of small order, in whatever form it comes", () => {
    for (const x of [Buffer.alloc(32), Buffer.alloc(32).fill(1, 0, 1)]) {
      const read = readPublicKey(JSON.stringify({ kty: "OKP", crv: "Ed25519", x: x.toString("base64url") }))!;
      assert.match(weaknessOf(read.publicKey)!, /small order/);
      assert.match(weaknessOf(readPublicKey(pem(read.publicKey))!.publicKey)!, /small order/);
    }
  });

  it("and not when it is a good one", () => {
    for (const { publicKey } of [ec, rsa, ed]) assert.equal(weaknessOf(publicKey), undefined);
  });
});
