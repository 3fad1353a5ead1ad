import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSigningCertificates } from "../../../src/accept/signature/signing-certificates.ts";
import { CERTIFICATE, VALID_AT, VALID_FROM, VALID_UNTIL } from "./a-certificate.ts";

const URL = "https://sns.eu-west-1.amazonaws.com/a.pem";

/** Counts what is fetched, and answers with the next of the given; the last one stays. */
function fetchOf(...answers: (string | Error)[]) {
  const urls: string[] = [];
  const fetchText = (url: string) => {
    urls.push(url);
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { fetchText, urls };
}

it("a certificate is fetched once, however many ask for it", async () => {
  const { fetchText, urls } = fetchOf(CERTIFICATE);
  const keyAt = createSigningCertificates({ fetchText });
  const keys = await Promise.all([keyAt(URL, VALID_AT), keyAt(URL, VALID_AT)]);
  assert(keys[0] !== undefined && keys[0] === keys[1]);
  assert.equal(keyAt(URL, VALID_AT), keys[0], "kept, and no promise");
  assert.deepEqual(urls, [URL]);
});

it("a certificate counts from its first second to its last", async () => {
  const keyAt = createSigningCertificates(fetchOf(CERTIFICATE));
  assert.equal(await keyAt(URL, VALID_FROM - 1), undefined);
  assert(await keyAt(URL, VALID_FROM));
  assert(await keyAt(URL, VALID_UNTIL));
  assert.equal(await keyAt(URL, VALID_UNTIL + 1), undefined);
});

describe("there is no key", () => {
  const answers: [what: string, answer: string | Error][] = [
    ["when the fetch fails", new Error("unreachable")],
    ["when it is no certificate", "<html>"],
    ["when it is a bare key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
    ["when it is too long", CERTIFICATE + " ".repeat(65_536)],
  ];
  for (const [what, answer] of answers) {
    it(`${what}; half a minute later it is tried again`, async () => {
      const { fetchText, urls } = fetchOf(answer, CERTIFICATE);
      const keyAt = createSigningCertificates({ fetchText });
      assert.equal(await keyAt(URL, VALID_AT), undefined);
      assert.equal(await keyAt(URL, VALID_AT + 29_999), undefined);
      assert.equal(urls.length, 1);
      assert(await keyAt(URL, VALID_AT + 30_000));
    });
  }

  it("when the fetch throws", async () => {
    const keyAt = createSigningCertificates({
      fetchText: () => {
        throw new Error("no network");
      },
    });
    assert.equal(await keyAt(URL, VALID_AT), undefined);
  });

  it("when it takes too long", async () => {
    const keyAt = createSigningCertificates({ fetchText: () => new Promise(() => {}), fetchTimeoutMs: 1 });
    assert.equal(await keyAt(URL, VALID_AT), undefined);
  });

  it("when four others are under way", async () => {
    const resolvers: ((text: string) => void)[] = [];
    const fetchText = () => new Promise<string>((resolve) => resolvers.push(resolve));
    const keyAt = createSigningCertificates({ fetchText });
    const four = Array.from({ length: 4 }, (_, at) => keyAt(`${URL}?${at}`, VALID_AT));
    assert.equal(keyAt(`${URL}?4`, VALID_AT), undefined, "and nothing is fetched");
    assert.equal(resolvers.length, 4);
    for (const resolve of resolvers) resolve(CERTIFICATE);
    for (const each of four) assert(await each);
    assert(keyAt(`${URL}?4`, VALID_AT) instanceof Promise, "and now there is room");
    resolvers.at(-1)!(CERTIFICATE);
  });
});

it("no more than 16 certificates are kept", async () => {
  const { fetchText, urls } = fetchOf(CERTIFICATE);
  const keyAt = createSigningCertificates({ fetchText });
  for (let at = 0; at <= 16; at++) await keyAt(`${URL}?${at}`, VALID_AT);
  assert(!(keyAt(`${URL}?16`, VALID_AT) instanceof Promise));
  assert(await keyAt(`${URL}?0`, VALID_AT));
  assert.equal(urls.length, 18, "the first one had to go");
});
