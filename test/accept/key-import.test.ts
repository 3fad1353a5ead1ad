import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { it } from "node:test";
import { importKey } from "../../src/accept/key-import.ts";
import { PRESETS } from "../../src/accept/presets.ts";

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
