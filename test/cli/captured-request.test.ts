import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { type CapturedRecord, parseCapture } from "../../src/cli/captured-request.ts";
import { HookdError } from "../../src/errors.ts";

function parsed(value: unknown): CapturedRecord {
  return parseCapture(Buffer.from(JSON.stringify(value))).records[0]!;
}

function faultOf(text: string | Uint8Array): string {
  try {
    parseCapture(Buffer.from(text as string));
  } catch (error) {
    assert(error instanceof HookdError && error.code === "ERR_USAGE");
    return error.message.replace("The captured request cannot be read: ", "");
  }
  return "no fault";
}

describe("a request in JSON", () => {
  it("says all that it takes to verify it", () => {
    const record = parsed({
      name: "n",
      scheme: "stripe",
      secret: ["a", "b"],
      method: "PUT",
      url: "https://a.example/in",
      headers: { A: "1", B: ["2", "3"] },
      body: "ü",
      now: 1_700_000_000,
      extras: { tolerance: 60, params: { webhookId: "w" } },
    });
    assert.deepEqual({ ...record, body: Buffer.from(record.body).toString() }, {
      name: "n",
      scheme: "stripe",
      secrets: ["a", "b"],
      method: "PUT",
      url: "https://a.example/in",
      target: undefined,
      headers: ["A", "1", "B", "2", "B", "3"],
      body: "ü",
      now: 1_700_000_000,
      toleranceMs: 60_000,
      params: { webhookId: "w" },
    });
  });

  it("may leave out all but its headers", () => {
    const record = parsed({ headers: {} });
    assert.deepEqual([record.method, record.body.length, record.secrets, record.now], [
      "POST",
      0,
      undefined,
      undefined,
    ]);
  });

  it("may have keys that nobody knows, and the params of the test vectors", () => {
    const record = parsed({
      headers: {},
      valid: true,
      code: "x",
      expect: {},
      params: { topicArn: "t", allowSha1: true },
      alg: "ed25519",
      status: 200,
      requireDigest: true,
    });
    assert.deepEqual(record.params, {
      alg: "ed25519",
      status: "200",
      requireDigest: "true",
      topicArn: "t",
      allowSha1: "true",
    });
  });

  it("has its body as bytes where they are no text", () => {
    assert.deepEqual([...parsed({ headers: {}, bodyBase64: "/w==" }).body], [255]);
  });

  it("has the bytes of a header as Latin-1, whatever the capture made of them", () => {
    assert.deepEqual(parsed({ headers: { A: "\u00e9", B: "\u2603" } }).headers, [
      "A",
      "\u00e9",
      "B",
      "\u00e2\u0098\u0083",
    ]);
    assert.deepEqual(parsed({ headers: [["A", "1"], ["A", "2"]] }).headers, ["A", "1", "A", "2"]);
  });

  it("is a list where it is one, even of one", () => {
    const { records, isList } = parseCapture(Buffer.from('[{"headers":{}}]'));
    assert.deepEqual([records.length, isList], [1, true]);
    assert.equal(parseCapture(Buffer.from('\ufeff {"headers":{}}')).isList, false);
    assert.deepEqual(parseCapture(Buffer.from("[]")), { records: [], isList: true });
  });
});

describe("a request as HTTP text", () => {
  it("is its line, its headers, and its body to the last byte", () => {
    const head = "POST /in?x=1 HTTP/1.1\r\nHost: a.example\r\nX-Sig:  s=1, \r\n\r\n";
    const { records: [record], isList } = parseCapture(
      Buffer.concat([Buffer.from(head), Buffer.from([0x0d, 0x0a, 0xff])]),
    );
    assert.equal(isList, false);
    assert.deepEqual([record?.method, record?.target, record?.url], ["POST", "/in?x=1", undefined]);
    assert.deepEqual(record?.headers, ["Host", "a.example", "X-Sig", "s=1,"]);
    assert.deepEqual([...record?.body ?? []], [0x0d, 0x0a, 0xff]);
  });

  it("may have line feeds alone, no body, and a whole URL", () => {
    const [bare] = parseCapture(Buffer.from("GET https://a.example/in HTTP/2\nA: 1")).records;
    assert.deepEqual([bare?.url, bare?.target, bare?.headers, bare?.body.length], ["https://a.example/in", undefined, [
      "A",
      "1",
    ], 0]);
    const [body] = parseCapture(Buffer.from("POST / HTTP/1.0\nA: 1\n\n\nb\n")).records;
    assert.equal(Buffer.from(body!.body).toString(), "\nb\n");
  });
});

describe("a fault is named with its place, and nothing of what stands there is quoted", () => {
  for (
    const [text, fault] of [
      ["", /^it is empty$/],
      [" ", /^it is neither JSON nor an HTTP request/],
      ['{"secret":"canary', /^it is neither JSON/],
      ["POST canary", /^its first line is not like/],
      ["POST / HTTP/1.1\ncanary", /^line 2 is no header$/],
      ["1", /^the request is not an object$/],
      ["[{},1]", /^request 1 is not an object$/],
      ['{"name":"n","secret":[1],"headers":{}}', /^the request \(n\): `secret` is neither a text nor a list/],
      ['{"headers":{"A":[1]}}', /`headers` holds what/],
      ['{"headers":[1]}', /`headers` holds what/],
      ['{"body":{"a":"canary"}}', /`body` is parsed already/],
      ['{"bodyBase64":"canary!"}', /`bodyBase64` is not Base64/],
      ['{"now":"canary"}', /`now` is not a number of seconds/],
      ['{"extras":{"tolerance":-1}}', /`tolerance` is not a number/],
      ['{"extras":[]}', /`extras` is not an object/],
      ['{"method":1}', /`method` is not a text/],
    ] as const
  ) {
    it(`in ${JSON.stringify(text)}`, () => {
      assert.match(faultOf(text), fault);
      assert.doesNotMatch(faultOf(text), /canary/);
    });
  }

  it("in bytes that are no text", () => assert.equal(faultOf(Buffer.from([0x7b, 0xff])), "it is not UTF-8"));
});
