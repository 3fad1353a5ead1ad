/** Every vector that others published or recorded, and the ways in which each was spoilt, through the verifier itself. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { verify } from "../../../src/accept/signature/verify.ts";
import { presetOf } from "../../../src/presets/registry.ts";
import { aSignedRequest } from "./a-signed-request.ts";

interface Vector {
  name: string;
  scheme: string;
  secret: string | string[];
  method: string;
  url?: string;
  headers: Record<string, string | string[]>;
  body?: string;
  bodyBase64?: string;
  now?: number;
  params?: Record<string, unknown>;
  alg?: string;
  status?: string;
  requireDigest?: boolean;
  valid: boolean;
  code?: string;
}

const vectors = JSON.parse(
  readFileSync(new URL("../../vectors/signatures.json", import.meta.url), "utf8"),
) as Vector[];

describe("a published or recorded request", () => {
  it("is one of 171", () => assert.equal(vectors.length, 171));

  for (const vector of vectors) {
    it(`${vector.name} ${vector.valid ? "verifies" : `is refused: ${vector.code}`}`, async () => {
      const { scheme: name, secret, body = "", bodyBase64, now = 1_700_000_000, params, alg, status, requireDigest } =
        vector;
      const preset = presetOf(name);
      assert(preset !== undefined, `there is no preset ${name}`);
      const all = { ...params, alg, status, requireDigest };
      const texts = Object.entries(all).flatMap(([key, value]) => value === undefined ? [] : [[key, String(value)]]);
      const { scheme } = compileScheme(preset, {
        secrets: [secret].flat(),
        toleranceMs: undefined,
        params: Object.fromEntries(texts),
      });
      const request = aSignedRequest({
        ...vector,
        body: bodyBase64 === undefined ? Buffer.from(body) : Buffer.from(bodyBase64, "base64"),
      });
      const verdict = await verify(scheme, request, now * 1000);
      assert.equal(verdict.kind === "verified" ? "verified" : verdict.reason, vector.valid ? "verified" : vector.code);
    });
  }
});
