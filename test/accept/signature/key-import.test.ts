import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, it } from "node:test";
import { importKey } from "../../../src/accept/signature/key-import.ts";
import { PRESETS } from "../../../src/presets/registry.ts";

const utf8 = PRESETS["hookd"]!.key;
const standard = PRESETS["standard"]!.key;
const whpk = (hex: string) => `whpk_${Buffer.from(hex, "hex").toString("base64")}`;

function bytesOf(secret: string, forms: typeof utf8): string {
  const imported = importKey(secret, forms);
  assert(imported.kind === "key" && imported.key.algorithm === "hmac-sha256");
  return imported.key.secret.toString("hex");
}

it("a secret of UTF-8 is taken as it is, whsec_ and all", () => {
  assert.equal(
    bytesOf("whsec_AAECAwQFBgcICQoLDA0ODw==", utf8),
    Buffer.from("whsec_AAECAwQFBgcICQoLDA0ODw==").toString("hex"),
  );
});

it("a whsec secret is decoded, with the prefix and without", () => {
  for (const secret of ["whsec_AAECAwQFBgcICQoLDA0ODw==", "AAECAwQFBgcICQoLDA0ODw=="]) {
    assert.equal(bytesOf(secret, standard), "000102030405060708090a0b0c0d0e0f");
  }
});

const bad: [what: string, secret: string, forms: typeof utf8, message: RegExp][] = [
  ["an empty secret", "", utf8, /^is empty$/],
  ["a secret of spaces", " \n", utf8, /^is empty$/],
  ["an empty whsec", "whsec_", standard, /^is empty$/],
  ["a whsec with junk", "whsec_AAECAwQF!!", standard, /is not Base64/],
  ["a private key where a shared one is due", "whsk_AAECAwQFBgcICQoLDA0ODw==", standard, /another kind/],
  ["a public key that is too short", "whpk_AAECAwQFBgcICQoLDA0ODw==", standard, /is not an Ed25519 public key/],
];
for (const [what, secret, forms, message] of bad) {
  it(`${what} is refused, and not quoted`, () => {
    const imported = importKey(secret, forms);
    assert(imported.kind === "bad");
    assert.match(imported.message, message);
    assert(secret.trim().length < 8 || !imported.message.includes(secret.slice(6)));
  });
}

it("a short secret is taken with a warning", () => {
  const imported = importKey("fifteen bytes..", utf8);
  assert(imported.kind === "key");
  assert.match(imported.warning ?? "", /is short: 15 bytes/);
  assert.equal("warning" in importKey("sixteen bytes...", utf8), false);
});

describe("a preset that takes keys of several types", () => {
  const several = PRESETS["http-message-sig"]!.key;
  const algorithmOf = (secret: string) => {
    const imported = importKey(secret, several);
    return imported.kind === "key" ? imported.key.algorithm : imported.message;
  };
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = (key: KeyObject) => String(key.export({ format: "pem", type: "spki" }));
  const jwk = (key: KeyObject, more = {}) => JSON.stringify({ ...key.export({ format: "jwk" }), ...more });

  it("binds each to the algorithm of its type", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const ed = generateKeyPairSync("ed25519").publicKey;
    assert.equal(algorithmOf("AAECAwQFBgcICQoLDA0ODw=="), "hmac-sha256");
    assert.equal(algorithmOf(pem(ec.publicKey)), "ecdsa-p256-raw");
    assert.equal(algorithmOf(jwk(ed)), "ed25519");
    assert.equal(algorithmOf(pem(rsa)), "rsa-pss-sha512");
    assert.equal(algorithmOf(jwk(rsa, { alg: "RS256" })), "rsa-sha256");
  });

  it("never makes a shared secret of what is meant to be a public key", () => {
    const kind = "is a key of another kind than this preset verifies with";
    const unread = "is not a public key in PEM or as a JWK, nor a certificate";
    assert.equal(algorithmOf(pem(generateKeyPairSync("x25519").publicKey)), kind);
    assert.equal(algorithmOf(jwk(ec.publicKey, { alg: "EdDSA" })), kind);
    assert.equal(algorithmOf(jwk(ec.privateKey)), unread);
    assert.equal(algorithmOf("-----BEGIN PUBLIC KEY-----"), unread);
    assert.equal(algorithmOf("{}"), unread);
    assert.equal(algorithmOf("no Base64!"), "is not Base64");
  });

  it("refuses those for which others can sign", () => {
    assert.match(algorithmOf(pem(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey)), /1024 bits/);
    assert.match(algorithmOf(pem(generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey)), /not on P-256/);
    assert.match(algorithmOf(JSON.stringify({ kty: "OKP", crv: "Ed25519", x: "A".repeat(43) })), /small order/);
  });
});

/** y of every point whose order divides 8, computed here from the curve and not copied from the source. */
function smallOrderPublicKeys(): string[] {
  const p = 2n ** 255n - 19n;
  const mod = (a: bigint) => ((a % p) + p) % p;
  const power = (base: bigint, exponent: bigint): bigint => {
    let result = 1n;
    for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
    return result;
  };
  const invert = (a: bigint) => power(a, p - 2n);
  const d = mod(-121665n * invert(121666n));
  const sqrt = (a: bigint) => {
    const root = power(a, (p + 3n) / 8n);
    if (mod(root * root) === mod(a)) return root;
    const other = mod(root * power(2n, (p - 1n) / 4n));
    return mod(other * other) === mod(a) ? other : undefined;
  };
  // Points (1, 0), (0, 1), (0, -1) have orders 4, 1, 2. Doubling (x, y) gives y2 = (y^2 + x^2) / (2 - y^2 + x^2)
  // (a = -1); order 8 doubles to y2 = 0, so x^2 = -y^2, and the curve gives d y^4 + 2 y^2 - 1 = 0.
  const root = sqrt(1n + d)!;
  const squares = [mod((-1n + root) * invert(d)), mod((-1n - root) * invert(d))];
  const eighths = squares.flatMap((square) => {
    const y = sqrt(square);
    return y === undefined ? [] : [y, mod(-y)];
  });
  assert.equal(eighths.length, 2);
  const encode = (y: bigint) => Buffer.from(y.toString(16).padStart(64, "0"), "hex").reverse().toString("hex");
  return [0n, 1n, p - 1n, p, p + 1n, ...eighths].map(encode);
}

for (const key of smallOrderPublicKeys()) {
  it(`the Ed25519 key ${key.slice(0, 8)} of small order is refused, with either sign`, () => {
    const bytes = Buffer.from(key, "hex");
    bytes[31] = bytes[31]! | 0x80;
    for (const hex of [key, bytes.toString("hex")]) {
      const imported = importKey(whpk(hex), standard);
      assert(imported.kind === "bad");
      assert.match(imported.message, /small order/);
    }
  });
}

it("an Ed25519 key of full order is taken as such, and never as a shared secret", () => {
  const imported = importKey("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", standard);
  assert(imported.kind === "key");
  assert.equal(imported.key.algorithm, "ed25519");
});

it("32 bytes that are no point of the curve are a bad key on every runtime, and end nothing", () => {
  const hex = "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00";
  const imported = importKey(hex, { ed25519: "ed25519-hex" });
  // Node takes the key and finds no signature right; Deno does not take it.
  if (imported.kind === "bad") assert.ok(!imported.message.includes(hex));
  else assert.equal(imported.key.algorithm, "ed25519");
});
