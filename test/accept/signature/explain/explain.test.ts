import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { explain, judge } from "../../../../src/accept/signature/explain/explain.ts";
import type { CapturedRequest } from "../../../../src/captured-request.ts";
import { aCapture, type Asked, BODY, hmac, NOW, SECRET, stripe } from "./a-capture.ts";

async function kinds(captured: CapturedRequest): Promise<string[]> {
  return (await explain(captured)).findings.map(({ kind }) => kind);
}

async function said(captured: CapturedRequest): Promise<string> {
  return (await explain(captured)).findings.map(({ text }) => text).join("\n");
}

describe("of a request that verifies", () => {
  it("it says by which secret, how old, and over what", async () => {
    assert.deepEqual(await kinds(aCapture(stripe(BODY))), ["key", "time", "signed"]);
    assert.match(await said(aCapture(stripe(BODY))), /^Secret 0 made the signature\.\nSigned now/);
  });

  it("it says when it was an old secret, and what the signature does not cover", async () => {
    const secrets = ["a-new-secret-of-this-test", SECRET];
    assert.match(
      await said(aCapture({ secrets })),
      /^Secret 1 \(of 2, counted from 0\) made the signature: not the first of the list/,
    );
    const token = aCapture({ preset: "gitlab-token", headers: { "X-Gitlab-Token": SECRET } });
    assert.match(await said(token), /whoever has seen the token once/);
  });
});

describe("of a request that does not verify", () => {
  it("it says why, then the cause, then what was signed", async () => {
    assert.deepEqual(await kinds(aCapture({ body: `${BODY}\n` })), ["why", "cause", "signed"]);
  });

  it("another secret and an altered body are not told apart, and it says so", async () => {
    for (const asked of [{ body: "{}" }, { secrets: ["another-secret-of-this-test"] }] satisfies Asked[]) {
      assert.match(await said(aCapture(asked)), /a signature does not tell which/);
    }
  });

  it("a stale one with the right signature is told from a stale one that nobody signed", async () => {
    const stale = stripe(BODY, { at: NOW - 412 });
    assert.match(await said(aCapture(stale)), /The signature itself is right\.\nSigned 412 s ago/);
    const forged = await said(aCapture({ ...stale, secrets: ["another-secret-of-this-test"] }));
    assert.match(forged, /does not tell which.*\nSays it was signed 412 s ago/);
  });

  it("it names the preset that it is of", async () => {
    assert.match(await said(aCapture({ ...stripe(BODY), preset: "github" })), /it verifies as `stripe`/);
  });

  it("without a signature it names the headers that others sign in", async () => {
    const headers = { "Stripe-Signature": `t=1,v1=${"0".repeat(64)}` };
    assert.match(await said(aCapture({ headers })), /header Stripe-Signature, in which `stripe`/);
  });

  it("a secret that counts no longer is told from a wrong one", async () => {
    const notAfter = [undefined, NOW * 1000 - 1];
    const text = await said(aCapture({ secrets: ["a-new-secret-of-this-test", SECRET], notAfter }));
    assert.match(
      text,
      /Secret 1 made the signature, and counted until 2023-11-14T22:13:19\.999Z\.\nThe signature itself/,
    );
  });

  it("for a source, what it leaves open is as the daemon fills it in", async () => {
    // Verifies as it is, and covers no digest of the body, which a source demands unless it says otherwise.
    const vector = vectorNamed("rfc9421-b25-hmac-sha256");
    assert.equal((await judge(vector)).verdict.kind, "verified");
    assert.deepEqual((await judge({ ...vector, isOfSource: true })).verdict, {
      kind: "unverified",
      reason: "insufficient_coverage",
    });
  });

  it("the age of an SNS message has a limit for a source, or where one is given, and else none", async () => {
    const old = { ...vectorNamed("sns-v2"), now: 4e12 };
    assert.equal((await judge(old)).verdict.kind, "verified");
    for (const limit of [{ isOfSource: true }, { toleranceMs: 1000 }]) {
      assert.deepEqual((await judge({ ...old, ...limit })).verdict, {
        kind: "unverified",
        reason: "timestamp_expired",
      });
    }
  });

  it("where a hash of the body is signed, and for schemes that are code, other bodies and methods are tried", async () => {
    const [plaid, message] = [vectorNamed("plaid-neg-body"), vectorNamed("rfc9421-neg-b26-method")];
    assert.match(await said(plaid), /It would verify if the body had no white space at its end\./);
    assert.match(await said(message), /It would verify if the method were POST\./);
  });
});

const vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/signatures.json", import.meta.url), "utf8"),
) as Vector[];

interface Vector extends Asked {
  name: string;
  scheme: string;
  secret: string | string[];
  bodyBase64?: string;
  alg?: string;
  status?: number;
  requireDigest?: boolean;
}

function captureOf(
  { scheme, secret, bodyBase64, body = "", params, alg, status, requireDigest, ...rest }: Vector,
): CapturedRequest {
  const all = { ...params, alg, status, requireDigest };
  return aCapture({
    ...rest,
    preset: scheme,
    secrets: [secret].flat(),
    body: bodyBase64 === undefined ? body : Buffer.from(bodyBase64, "base64"),
    params: Object.fromEntries(
      Object.entries(all).flatMap(([key, value]) => value === undefined ? [] : [[key, String(value)]]),
    ),
  });
}

function vectorNamed(name: string): CapturedRequest {
  return captureOf(vectors.find((vector) => vector.name === name)!);
}

describe("what is said is safe to paste", () => {
  /** Whatever is longer in a header, a secret or a signature could be used, or guessed from. */
  const SHARED_MAX = 7;

  function leaks(text: string, hidden: string): string | undefined {
    for (let at = 0; at + SHARED_MAX < hidden.length; at++) {
      const piece = hidden.slice(at, at + SHARED_MAX + 1);
      // A label such as sha256= is no part of what it labels, and plain words are in every sentence.
      if (/^[A-Za-z0-9+/_-]+$/.test(piece) && /[0-9A-Z]/.test(piece) && text.includes(piece)) return piece;
    }
    return undefined;
  }

  it("no secret and no signature, not even a part, of any vector as it is, cut, and with another secret", async () => {
    for (const vector of vectors) {
      const captured = captureOf(vector);
      const cut = { ...captured, headers: captured.headers.map((text, at) => at % 2 === 1 ? text.slice(0, -3) : text) };
      const other = { ...captured, secrets: [`canary-${vector.name}-canary`] };
      for (const each of [captured, cut, other]) {
        const { findings } = await explain(each);
        const text = findings.map((finding) => finding.text.replaceAll(/--now \d+/g, "")).join("\n");
        const headers = each.headers.filter((_, at) =>
          at % 2 === 1 && /^[0-9a-f]{30}|[A-Za-z0-9+/]{30}/.test(each.headers[at]!)
        );
        for (const hidden of [...each.secrets.filter((secret) => secret.length > SHARED_MAX), ...headers]) {
          assert.equal(leaks(text, hidden), undefined, `${vector.name}: ${text}`);
        }
      }
    }
  });

  it("and not the right signature of a request whose own is wrong", async () => {
    const right = hmac(SECRET, BODY);
    const headers = { "X-Webhook-Signature": `sha256=${"0".repeat(64)}` };
    const text = JSON.stringify(await explain(aCapture({ headers })));
    assert.equal(leaks(text, right), undefined);
    assert.equal(leaks(text, hmac(SECRET, BODY, { encoding: "base64" })), undefined);
  });
});

it("the verdict is the engine's, with findings and without", async () => {
  for (const asked of [{}, { body: "{}" }] satisfies Asked[]) {
    const { findings: _, ...explained } = await explain(aCapture(asked));
    assert.deepEqual(explained, await judge(aCapture(asked)));
  }
});
