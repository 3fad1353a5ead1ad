import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from "node:crypto";
import { describe, it } from "node:test";
import { type JWTPayload, SignJWT } from "jose";
import { randomFrom } from "../../../src/cli/seeded-random.ts";
import type { VerifyKey } from "../../../src/accept/signature/key-import.ts";
import { createJwtVerifier, type JwtRules } from "../../../src/accept/signature/jwt.ts";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { PRESETS } from "../../../src/presets/registry.ts";
import { aSignedRequest, type Asked } from "./a-signed-request.ts";
import { spoil } from "./spoil.ts";

const NOW = 1_700_000_000_000;
const BODY = Buffer.from('{"webhook_type":"ITEM","note":"héllo ☃"}');
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = (key: KeyObject, more: object = {}) => JSON.stringify({ ...key.export({ format: "jwk" }), ...more });
const SECRET = jwk(ec.publicKey);
const HEADER = "Plaid-Verification";

const hashOf = (body: Uint8Array) => createHash("sha256").update(body).digest("hex");
const url64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const CLAIMS = { request_body_sha256: hashOf(BODY), iat: NOW / 1000 };

/** By jose, which we did not write. */
function tokenOf(claims: JWTPayload, header: object = {}, key: KeyObject = ec.privateKey): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "k1", typ: "JWT", ...header }).sign(key);
}

/** By hand, for headers that no library would write. */
function rawToken(header: unknown, claims: unknown = CLAIMS): string {
  const signed = `${url64(header)}.${url64(claims)}`;
  const signature = signBytes("sha256", Buffer.from(signed), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

interface Checked {
  secrets?: readonly string[];
  now?: number;
  notAfter?: number;
}

async function said(request: Asked, { secrets = [SECRET], now = NOW, notAfter }: Checked = {}): Promise<string> {
  const options = { secrets, toleranceMs: undefined, notAfter: secrets.map(() => notAfter) };
  const { scheme } = compileScheme(PRESETS["plaid"]!, options);
  const verdict = await verify(scheme, aSignedRequest(request), now);
  return verdict.kind === "verified" ? `key ${verdict.keyIndex}` : verdict.reason;
}

const withToken = (token: string | string[], body: Uint8Array = BODY): Asked => ({
  headers: { [HEADER]: token },
  body,
});

describe("a token of Plaid's", () => {
  it("verifies, whatever the form of its key", async () => {
    const pem = String(ec.publicKey.export({ format: "pem", type: "spki" }));
    for (const secret of [SECRET, pem, jwk(ec.publicKey, { kid: "k1", alg: "ES256", use: "sig" })]) {
      assert.equal(await said(withToken(await tokenOf(CLAIMS)), { secrets: [secret] }), "key 0");
    }
  });

  it("verifies for fresh bodies, and of 1000 that are spoilt none does", async () => {
    const random = randomFrom(5);
    const accepted: string[] = [];
    for (let round = 0; round < 20; round++) {
      const body = randomBytes(20 + round * 13);
      const token = await tokenOf({ ...CLAIMS, request_body_sha256: hashOf(body) });
      assert.equal(await said(withToken(token, body)), "key 0");
      for (let each = 0; each < 50; each++) {
        const { what, request } = spoil({ method: "", url: "", headers: { [HEADER]: token }, body }, random);
        // The method and the URL are not signed.
        if (/^(method|url)/.test(what)) each -= 1;
        else if ((await said(request)).startsWith("key")) accepted.push(what);
      }
    }
    assert.deepEqual(accepted, []);
  });
});

describe("a token is refused", () => {
  const cases: [what: string, token: string | Promise<string>, reason: string][] = [
    ["when it is empty", "", "missing_signature"],
    ["without an algorithm", rawToken({ typ: "JWT" }), "algorithm_not_allowed"],
    ["with the algorithm none", `${url64({ alg: "none" })}.${url64(CLAIMS)}.`, "algorithm_not_allowed"],
    ["with none in another case", rawToken({ alg: "nOnE" }), "algorithm_not_allowed"],
    ["with an algorithm of lower case", rawToken({ alg: "es256" }), "algorithm_not_allowed"],
    ["with a list of algorithms", rawToken({ alg: ["ES256"] }), "algorithm_not_allowed"],
    ["with a key of its own", tokenOf(CLAIMS, { jwk: JSON.parse(SECRET) as object }, otherKey()), "signature_mismatch"],
    [
      "with a payload that stands elsewhere",
      rawToken({ alg: "ES256", b64: false, crit: ["b64"] }),
      "malformed_signature",
    ],
    ["with an extension that must be understood", rawToken({ alg: "ES256", crit: ["exp"] }), "malformed_signature"],
    ["with a header that is no JSON", rawToken("{"), "malformed_signature"],
    ["with a header that is no object", rawToken("null"), "malformed_signature"],
    ["of two parts", `${url64({ alg: "ES256" })}.${url64(CLAIMS)}`, "malformed_signature"],
    ["of four parts", `${rawToken({ alg: "ES256" })}.`, "malformed_signature"],
    ["with padding", `${url64({ alg: "ES256" })}.${url64(CLAIMS)}.AA==`, "malformed_signature"],
    ["with a space before it", ` ${rawToken({ alg: "ES256" })}`, "malformed_signature"],
    ["with Bearer before it", `Bearer ${rawToken({ alg: "ES256" })}`, "malformed_signature"],
    ["with an empty signature", `${url64({ alg: "ES256" })}.${url64(CLAIMS)}.`, "signature_mismatch"],
    [
      "with a signature of zeros",
      `${url64({ alg: "ES256" })}.${url64(CLAIMS)}.${"A".repeat(86)}`,
      "signature_mismatch",
    ],
    ["of another key", tokenOf(CLAIMS, {}, otherKey()), "signature_mismatch"],
    ["without the body's hash", tokenOf({ iat: CLAIMS.iat }), "missing_field"],
    [
      "with a hash in capitals",
      tokenOf({ ...CLAIMS, request_body_sha256: hashOf(BODY).toUpperCase() }),
      "body_hash_mismatch",
    ],
    ["without a time", tokenOf({ request_body_sha256: CLAIMS.request_body_sha256 }), "missing_field"],
    ["with a time as text", rawToken({ alg: "ES256" }, { ...CLAIMS, iat: "1700000000" }), "malformed_timestamp"],
    ["with a time below zero", rawToken({ alg: "ES256" }, { ...CLAIMS, iat: -1 }), "malformed_timestamp"],
    ["with claims that are a list", rawToken({ alg: "ES256" }, []), "missing_field"],
    ["that has run out", tokenOf({ ...CLAIMS, exp: NOW / 1000 }), "timestamp_expired"],
    ["that is not valid yet", tokenOf({ ...CLAIMS, nbf: NOW / 1000 + 301 }), "timestamp_future"],
  ];
  for (const [what, token, reason] of cases) {
    it(`${what}: ${reason}`, async () => assert.equal(await said(withToken(await token)), reason));
  }

  it("when it comes twice", async () => {
    const token = await tokenOf(CLAIMS);
    assert.equal(await said(withToken([token, token])), "duplicate_header");
  });

  it("when its last digit has stray bits, which other decoders pass over", async () => {
    const token = await tokenOf(CLAIMS);
    // 64 bytes are 86 digits, the last of which carries four bits that must be zero.
    const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const changed = token.slice(0, -1) + digits[digits.indexOf(token.at(-1)!) + 1];
    assert.equal(await said(withToken(changed)), "malformed_signature");
  });

  it("when its signature is DER", async () => {
    const signed = `${url64({ alg: "ES256" })}.${url64(CLAIMS)}`;
    const der = signBytes("sha256", Buffer.from(signed), ec.privateKey).toString("base64url");
    assert.equal(await said(withToken(`${signed}.${der}`)), "signature_mismatch");
  });

  it("when the public key was used as a shared one", async () => {
    for (const key of [SECRET, String(ec.publicKey.export({ format: "pem", type: "spki" }))]) {
      const signed = `${url64({ alg: "HS256" })}.${url64(CLAIMS)}`;
      const mac = createHmac("sha256", key).update(signed).digest("base64url");
      assert.equal(await said(withToken(`${signed}.${mac}`), { secrets: [key] }), "algorithm_not_allowed");
    }
  });
});

describe("the time of a token", () => {
  const cases: [what: string, shiftMs: number, verdict: string][] = [
    ["as old as allowed", 300_000, "key 0"],
    ["too old", 300_001, "timestamp_expired"],
    ["as far ahead as allowed", -300_000, "key 0"],
    ["too far ahead", -300_001, "timestamp_future"],
  ];
  for (const [what, shiftMs, verdict] of cases) {
    it(`${what}: ${verdict}`, async () => {
      assert.equal(await said(withToken(await tokenOf(CLAIMS)), { now: NOW + shiftMs }), verdict);
    });
  }
});

describe("several keys", () => {
  const other = jwk(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey);
  it("are all tried", async () => {
    assert.equal(await said(withToken(await tokenOf(CLAIMS)), { secrets: [other, SECRET] }), "key 1");
  });

  it("are told apart by the id that the token names, where they have one", async () => {
    const secrets = [jwk(ec.publicKey, { kid: "k0" })];
    assert.equal(await said(withToken(await tokenOf(CLAIMS)), { secrets }), "bad_key");
    assert.equal(await said(withToken(await tokenOf(CLAIMS, { kid: "k0" })), { secrets }), "key 0");
  });

  it("count until their end", async () => {
    assert.equal(await said(withToken(await tokenOf(CLAIMS)), { notAfter: NOW - 1 }), "key_expired");
  });

  it("must be there", async () =>
    assert.equal(await said(withToken(await tokenOf(CLAIMS)), { secrets: [] }), "bad_key"));
});

it("a sender with a shared secret and no time is a row of data", async () => {
  const rules: JwtRules = { header: "x-webhook-signature", alg: "HS256", bodyHash: "sha256" };
  const key: VerifyKey = { algorithm: "hmac-sha256", secret: randomBytes(32) };
  const needs = { keys: [{ ...key, index: 0 }], toleranceMs: 300_000, params: {} };
  const { verify: verifyIt } = createJwtVerifier(rules, needs);
  const token = await new SignJWT({ iss: "netlify", sha256: hashOf(BODY) }).setProtectedHeader({ alg: "HS256" })
    .sign(key.secret);
  const request = aSignedRequest({ headers: { "X-Webhook-Signature": token }, body: BODY });
  const verdict = await verifyIt(request, NOW);
  assert.deepEqual(verdict, { kind: "verified", keyIndex: 0, binding: "body", signedAt: undefined });
  assert.deepEqual(await verifyIt({ ...request, body: Buffer.from("{}") }, NOW), {
    kind: "unverified",
    reason: "body_hash_mismatch",
  });
});

function otherKey(): KeyObject {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}
