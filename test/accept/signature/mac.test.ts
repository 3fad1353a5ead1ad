import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type MacHash, macHex } from "../../../src/accept/signature/mac.ts";

const text = (value: string) => Buffer.from(value);
const bytes = (length: number, value: number) => Buffer.alloc(length, value);

/** RFC 4231 section 4 (SHA-256) and RFC 2202 section 3 (SHA-1). */
const VECTORS: [hash: MacHash, key: Buffer, message: Buffer, mac: string][] = [
  [
    "sha256",
    bytes(20, 0x0b),
    text("Hi There"),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    "sha256",
    text("Jefe"),
    text("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    "sha256",
    bytes(131, 0xaa),
    text("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
  ],
  ["sha1", bytes(20, 0x0b), text("Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00"],
  ["sha1", bytes(20, 0xaa), bytes(50, 0xdd), "125d7342b9ac11cd91a39af48aa17b4f63f175d3"],
  [
    "sha1",
    bytes(80, 0xaa),
    text("Test Using Larger Than Block-Size Key - Hash Key First"),
    "aa4ae5e15272d00e95705637ce8a3b55ed402112",
  ],
];

function expected(hash: MacHash, secret: Uint8Array, content: readonly Uint8Array[]): string {
  const mac = createHmac(hash, secret);
  for (const each of content) mac.update(each);
  return mac.digest("hex");
}

describe("a MAC of two hashes", () => {
  for (const [hash, key, message, mac] of VECTORS) {
    it(`is the published one: ${hash}, a key of ${key.length} bytes`, () => {
      assert.equal(macHex(hash, key, [message]), mac);
      assert.equal(macHex(hash, key, [message]), mac, "and again, from what is kept of the key");
    });
  }

  it("is what node:crypto says, for any key and any content, in pieces or whole", () => {
    const key = fc.uint8Array({ minLength: 0, maxLength: 200 });
    const content = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 4 });
    fc.assert(fc.property(fc.constantFrom<MacHash>("sha256", "sha1"), key, content, (hash, secret, pieces) => {
      assert.equal(macHex(hash, secret, pieces), expected(hash, secret, pieces));
    }));
  });

  it("is the same around the length up to which the content is copied", () => {
    const secret = text("a secret of the test");
    for (const length of [65_535, 65_536, 65_537, 1_000_000]) {
      const body = bytes(length, length % 251);
      assert.equal(macHex("sha256", secret, [text("id."), body]), expected("sha256", secret, [text("id."), body]));
      assert.equal(macHex("sha256", secret, [body]), expected("sha256", secret, [body]));
    }
  });
});
