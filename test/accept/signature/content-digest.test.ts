import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { it } from "node:test";
import { matchesDigest } from "../../../src/accept/signature/content-digest.ts";

const body = Buffer.from('{"hello": "world"}\n');
const digest = (hash: string) => createHash(hash).update(body).digest("base64");

const cases: [what: string, header: string, matches: boolean][] = [
  // RFC 9530 section 2 and appendix B, whose body ends in a line feed.
  ["the RFC's SHA-256", "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", true],
  ["SHA-512", `sha-512=:${digest("sha512")}:`, true],
  ["both", `sha-256=:${digest("sha256")}:, sha-512=:${digest("sha512")}:`, true],
  ["an unknown one beside a right one", `md5=:AAAA:, sha-256=:${digest("sha256")}:`, true],
  ["a wrong one beside a right one", `sha-256=:${digest("sha256")}:, sha-512=:${"A".repeat(86)}==:`, false],
  ["an unknown one alone", `md5=:${digest("md5")}:`, false],
  ["SHA-1, which the RFC forbids", `sha=:${digest("sha1")}:`, false],
  ["a digest of another length", `sha-256=:${digest("sha512")}:`, false],
  ["a digest that is no byte sequence", `sha-256="${digest("sha256")}"`, false],
  ["a digest without its colons", `sha-256=${digest("sha256")}`, false],
  ["a name of the prototype", "constructor=:AAAA:", false],
  ["nothing", "", false],
];
for (const [what, header, matches] of cases) {
  it(`${what} ${matches ? "is" : "is not"} the body's digest`, () =>
    assert.equal(matchesDigest(header, body), matches));
}

it("a digest without the line feed at the body's end is another one", () => {
  // RFC 9421's examples are of the body without it.
  assert.equal(matchesDigest("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:", body.subarray(0, -1)), false);
});
