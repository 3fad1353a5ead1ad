/** Requests that senders' own libraries signed, frozen by tools/freeze-vectors.mjs because those libraries are heavy. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { presetOf } from "../../../src/presets/registry.ts";
import { aSignedRequest, type Asked } from "./a-signed-request.ts";

interface Frozen extends Asked {
  name: string;
  scheme: string;
  secret: string;
  body: string;
  now?: number;
  via: string;
}

const vectors = JSON.parse(
  readFileSync(new URL("../../vectors/library-signed.json", import.meta.url), "utf8"),
) as Frozen[];

async function said({ scheme: name, secret, now = 1_700_000_000, ...request }: Frozen): Promise<string> {
  const { scheme } = compileScheme(presetOf(name)!, { secrets: [secret], toleranceMs: undefined });
  const verdict = await verify(scheme, aSignedRequest(request), now * 1000);
  return verdict.kind === "verified" ? "verified" : verdict.reason;
}

for (const via of new Set(vectors.map((vector) => vector.via))) {
  const some = vectors.filter((vector) => vector.via === via);
  describe(`what ${via} signed`, () => {
    it("verifies, each time", async () => {
      assert.ok(some.length >= 8);
      for (const vector of some) assert.equal(await said(vector), "verified", vector.name);
    });

    it("does not verify under another secret", async () => {
      for (const vector of some) {
        const { secret } = vector;
        // Another key of the same kind: the last character before any padding is another one.
        const at = secret.replace(/=+$/, "").length - 2;
        const other = secret.slice(0, at) + (secret[at] === "A" ? "B" : "A") + secret.slice(at + 1);
        assert.equal(await said({ ...vector, secret: other }), "signature_mismatch", vector.name);
      }
    });
  });
}
