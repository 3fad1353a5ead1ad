import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign as signBytes } from "node:crypto";
import { describe, it } from "node:test";
import { createSigner, httpbis } from "http-message-signatures";
import { randomFrom } from "../../../src/cli/seeded-random.ts";
import { PRESETS } from "../../../src/presets/registry.ts";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { aSignedRequest, type Asked } from "./a-signed-request.ts";
import { spoil } from "./spoil.ts";

const NOW = 1_700_000_000_000;
const URL = "https://hooks.example.com/in?x=1&y=two";
const FIELDS = ["@method", "@target-uri", "content-digest", "content-type"];

interface Checked {
  keys: readonly string[];
  params?: Record<string, string>;
  now?: number;
  notAfter?: (number | undefined)[];
}

async function said(request: Asked, { keys, params = {}, now = NOW, notAfter = [] }: Checked): Promise<string> {
  const options = { secrets: keys, toleranceMs: 300_000, params, notAfter };
  const { scheme } = compileScheme(PRESETS["http-message-sig"]!, options);
  const verdict = await verify(scheme, aSignedRequest(request), now);
  return verdict.kind === "verified" ? `key ${verdict.keyIndex}, ${verdict.binding}` : verdict.reason;
}

const pem = (key: KeyObject) => String(key.export({ format: "pem", type: "spki" }));
const shared = randomBytes(32);
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed = generateKeyPairSync("ed25519");

/** Each algorithm with the key to sign with, and the secret of the source. */
const ALGORITHMS: [alg: string, sign: KeyObject | Buffer, secret: string][] = [
  ["hmac-sha256", shared, shared.toString("base64")],
  ["ed25519", ed.privateKey, pem(ed.publicKey)],
  ["ecdsa-p256-sha256", ec.privateKey, pem(ec.publicKey)],
  ["rsa-pss-sha512", rsa.privateKey, pem(rsa.publicKey)],
  ["rsa-v1_5-sha256", rsa.privateKey, JSON.stringify({ ...rsa.publicKey.export({ format: "jwk" }), alg: "RS256" })],
];

interface Signing {
  alg?: string;
  key?: KeyObject | Buffer;
  fields?: string[];
  params?: string[];
  paramValues?: Record<string, string | Date>;
  body?: Buffer;
  headers?: Record<string, string>;
  name?: string;
}

/** Signed by a library that we did not write. */
async function signed(signing: Signing = {}) {
  const { alg = "hmac-sha256", key = shared, fields = FIELDS, body = Buffer.from('{"type":"ping"}') } = signing;
  const headers = {
    "Content-Type": "application/json",
    "Content-Digest": `sha-256=:${createHash("sha256").update(body).digest("base64")}:`,
    ...signing.headers,
  };
  const message = await httpbis.signMessage({
    key: createSigner(key as never, alg, "a-key"),
    name: signing.name ?? "sig1",
    fields,
    params: signing.params ?? ["created", "keyid", "alg", "expires", "nonce"],
    paramValues: { created: new Date(NOW), nonce: "n1", ...signing.paramValues },
  }, { method: "POST", url: URL, headers });
  return { method: "POST", url: URL, headers: message.headers as Record<string, string>, body };
}

const KEY = { keys: [shared.toString("base64")] };

describe("a request signed by http-message-signatures", () => {
  for (const [alg, key, secret] of ALGORITHMS) {
    it(`verifies: ${alg}; and of 1000 spoilt ones none does`, async () => {
      const random = randomFrom(alg.length);
      const accepted: string[] = [];
      for (let round = 0; round < 20; round++) {
        const request = await signed({ alg, key, body: randomBytes(20 + round * 13) });
        assert.equal(await said(request, { keys: [secret] }), "key 0, body");
        for (let each = 0; each < 50; each++) {
          const { what, request: spoilt } = spoil(request, random);
          const verdict = await said(spoilt, { keys: [secret] });
          if (verdict.startsWith("key")) accepted.push(what);
        }
      }
      assert.deepEqual(accepted, []);
    });
  }

  it("verifies with every component that is made of the request", async () => {
    const fields = ["@method", "@authority", "@scheme", "@path", "@query", "@request-target", '@query-param;name="y"'];
    assert.equal(await said(await signed({ fields }), KEY), "key 0, fields");
  });
});

/** RFC 9421 appendix B.1.2 and B.2; beside these, test/vectors has B.2.4 to B.2.6. */
describe("the RFC's own request", () => {
  const keys = [`-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`];
  const request = (input: string, signature: string) => ({
    url: "https://example.com/foo?param=Value&Pet=dog",
    headers: {
      Host: "example.com",
      Date: "Tue, 20 Apr 2021 02:07:55 GMT",
      "Content-Type": "application/json",
      "Content-Digest":
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
      "Content-Length": "18",
      "Signature-Input": input,
      Signature: signature,
    },
    body: '{"hello": "world"}',
  });
  const now = 1_618_884_473_000;

  it("verifies: B.2.2, some components", async () => {
    const covered = '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473' +
      ';keyid="test-key-rsa-pss";tag="header-example"';
    const signature = "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7" +
      "KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkj" +
      "qpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKU" +
      "qiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==";
    const signedRequest = request(`sig-b22=${covered}`, `sig-b22=:${signature}:`);
    assert.equal(await said(signedRequest, { keys, now, params: { require_digest: "true" } }), "key 0, body");
    const params = { alg: "rsa-v1_5-sha256" };
    assert.equal(await said(signedRequest, { keys, now, params }), "signature_mismatch");
  });

  it("verifies: B.2.3, all of it", async () => {
    const covered =
      '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")' +
      ';created=1618884473;keyid="test-key-rsa-pss"';
    const signature = "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5" +
      "p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQo" +
      "Ld7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJ" +
      "zSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==";
    const signedRequest = request(`sig-b23=${covered}`, `sig-b23=:${signature}:`);
    assert.equal(await said(signedRequest, { keys, now }), "key 0, body");
  });

  it("is refused: B.2.1, which signs no component and so fits every request", async () => {
    const covered = '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"';
    const signature = "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8U" +
      "dx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXe" +
      "hhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+" +
      "7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==";
    const signedRequest = request(`sig-b21=${covered}`, `sig-b21=:${signature}:`);
    assert.equal(await said(signedRequest, { keys, now }), "insufficient_coverage");
  });
});

describe("what has to be signed", () => {
  const bare = ["@method", "@target-uri"];

  it("is the body, where the source demands it", async () => {
    const request = await signed({ fields: bare });
    assert.equal(await said(request, KEY), "key 0, fields");
    assert.equal(await said(request, { ...KEY, params: { require_digest: "true" } }), "insufficient_coverage");
  });

  it("is the body as it came: a right signature of another one's digest is not enough", async () => {
    const request = { ...await signed(), body: '{"type":"pong"}' };
    assert.equal(await said(request, KEY), "body_hash_mismatch");
  });

  it("is not a part of the digest", async () => {
    const request = await signed({ fields: ["@method", 'content-digest;key="sha-256"'] });
    assert.equal(await said(request, { ...KEY, params: { require_digest: "true" } }), "insufficient_coverage");
  });

  it("is what else the source names", async () => {
    const params = { components: "@method, @target-uri  content-type" };
    assert.equal(await said(await signed(), { ...KEY, params }), "key 0, body");
    assert.equal(await said(await signed({ fields: bare }), { ...KEY, params }), "insufficient_coverage");
  });

  it("is the time", async () => {
    const request = await signed({ params: ["keyid"] });
    assert.equal(await said(request, KEY), "insufficient_coverage");
  });
});

describe("the time of signing", () => {
  const cases: [what: string, shiftMs: number, verdict: string][] = [
    ["as old as allowed", 300_000, "key 0, body"],
    ["too old", 300_001, "timestamp_expired"],
    ["as far ahead as allowed", -300_000, "key 0, body"],
    ["too far ahead", -300_001, "timestamp_future"],
  ];
  for (const [what, shiftMs, verdict] of cases) {
    it(`${what}: ${verdict}`, async () => {
      const request = await signed({ params: ["created"] });
      assert.equal(await said(request, { ...KEY, now: NOW + shiftMs }), verdict);
    });
  }

  it("does not outlast what the sender says", async () => {
    const request = await signed({ paramValues: { expires: new Date(NOW + 10_000) } });
    assert.equal(await said(request, { ...KEY, now: NOW + 10_000 }), "key 0, body");
    assert.equal(await said(request, { ...KEY, now: NOW + 10_001 }), "timestamp_expired");
  });
});

describe("the algorithm is the key's", () => {
  it("whatever the message says of it", async () => {
    for (const alg of ["rsa-pss-sha512", "ecdsa-p384-sha384", "none", "constructor"]) {
      assert.equal(await said(await signed({ paramValues: { alg } }), KEY), "algorithm_not_allowed");
    }
  });

  it("and a message need not name it", async () => {
    assert.equal(await said(await signed({ params: ["created"] }), KEY), "key 0, body");
  });

  it("so that a public key never becomes a shared one", async () => {
    const text = pem(ec.publicKey);
    for (const key of [Buffer.from(text), ec.publicKey.export({ format: "der", type: "spki" })]) {
      const request = await signed({ key, params: ["created"] });
      assert.equal(await said(request, { keys: [text] }), "signature_mismatch");
    }
  });

  it("of an RSA key in PEM as the source names it", async () => {
    const request = await signed({ alg: "rsa-v1_5-sha256", key: rsa.privateKey });
    const keys = [pem(rsa.publicKey)];
    assert.equal(await said(request, { keys }), "algorithm_not_allowed");
    assert.equal(await said(request, { keys, params: { alg: "rsa-v1_5-sha256" } }), "key 0, body");
  });

  it("and a key for another one than the source names counts for none", async () => {
    for (const alg of ["ed25519", "rsa-pss-sha512", "rsa-v1_5-sha256", "none", "constructor"]) {
      assert.equal(await said(await signed(), { ...KEY, params: { alg } }), "bad_key");
    }
  });

  it("and ECDSA in DER is refused", async () => {
    const der = {
      alg: "ecdsa-p256-sha256",
      sign: (base: Buffer) => Promise.resolve(signBytes("sha256", base, ec.privateKey)),
    };
    const message = await httpbis.signMessage(
      { key: der, fields: ["@method"], params: ["created"], paramValues: { created: new Date(NOW) } },
      { method: "POST", url: URL, headers: {} },
    );
    const request = { url: URL, headers: message.headers as Record<string, string> };
    assert.equal(await said(request, { keys: [pem(ec.publicKey)] }), "signature_mismatch");
  });
});

describe("several keys and signatures", () => {
  it("the key that matched is named, and one that has run out does not count", async () => {
    const keys = [pem(ed.publicKey), randomBytes(32).toString("base64"), KEY.keys[0]!];
    assert.equal(await said(await signed(), { keys }), "key 2, body");
    const ended = [undefined, undefined, NOW - 1];
    assert.equal(await said(await signed(), { keys, notAfter: ended }), "key_expired");
  });

  it("one right signature among others is found", async () => {
    const { headers: { Signature, "Signature-Input": input, ...headers } } = await signed({ name: "b" });
    const more = {
      ...headers,
      "Signature-Input": `a=("@method");created=1700000000, ${input}`,
      Signature: `a=:AAAA:, ${Signature}`,
    };
    const request = { ...await signed(), headers: more };
    assert.equal(await said(request, KEY), "key 0, body");
  });

  it("more than eight are not looked at", async () => {
    const labels = Array.from({ length: 9 }, (_, at) => `s${at}`);
    const headers = {
      "Signature-Input": labels.map((label) => `${label}=("@method");created=1700000000`).join(", "),
      Signature: labels.map((label) => `${label}=:AAAA:`).join(", "),
    };
    assert.equal(await said({ headers }, KEY), "malformed_signature");
  });
});

describe("a request is refused", () => {
  const input = 's=("@method");created=1700000000';
  const cases: [what: string, headers: Record<string, string | string[]>, reason: string][] = [
    ["without a signature", { "Signature-Input": input }, "missing_signature"],
    ["without its input", { Signature: "s=:AAAA:" }, "missing_signature"],
    [
      "with two signature headers",
      { "Signature-Input": input, Signature: ["s=:AAAA:", "t=:AAAA:"] },
      "duplicate_header",
    ],
    ["with two input headers", { "Signature-Input": [input, input], Signature: "s=:AAAA:" }, "duplicate_header"],
    ["with another label", { "Signature-Input": input, Signature: "t=:AAAA:" }, "malformed_signature"],
    ["with a signature that is a string", { "Signature-Input": input, Signature: 's="AAAA"' }, "malformed_signature"],
    ["with an input that is no list", { "Signature-Input": "s=1", Signature: "s=:AAAA:" }, "malformed_signature"],
    [
      "with a time in quotes",
      { "Signature-Input": 's=("@method");created="1"', Signature: "s=:AAAA:" },
      "malformed_signature",
    ],
    [
      "with half a second",
      { "Signature-Input": 's=("@method");created=1.5', Signature: "s=:AAAA:" },
      "malformed_signature",
    ],
    ["with an algorithm that is a token", {
      "Signature-Input": `${input};alg=hmac-sha256`,
      Signature: "s=:AAAA:",
    }, "malformed_signature"],
  ];
  for (const [what, headers, reason] of cases) {
    it(what, async () => assert.equal(await said({ headers }, KEY), reason));
  }
});
