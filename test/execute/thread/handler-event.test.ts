import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { dataOf, handlerEvent, joinHeaders } from "../../../src/execute/thread/handler-event.ts";
import { aRequest } from "../a-request.ts";

const json = '{"a":{"b":[10,{"c~/d":"x"}]},"":1,"__proto__":{"evil":true},"n":null}';

describe("dataOf", () => {
  const cases: [string, body: string | Uint8Array, pointer: string | undefined, expected: unknown][] = [
    ["the body as text without a pointer", json, undefined, json],
    ["all of it for the empty pointer", "[1]", "", [1]],
    ["a property", json, "/a/b/0", 10],
    ["escapes", json, "/a/b/1/c~0~1d", "x"],
    ["the empty name", json, "/", 1],
    ["null where it is null", json, "/n", null],
    ["an own __proto__", json, "/__proto__/evil", true],
    ["nothing for a name that is not there", json, "/nope/deeper", undefined],
    ["nothing inherited", json, "/constructor", undefined],
    ["nothing of an array's methods", json, "/a/b/map", undefined],
    ["nothing within text", '{"s":"text"}', "/s/0", undefined],
    ["the text where it is not JSON", "a=1&b=2", "", "a=1&b=2"],
    ["the text also for a deeper pointer", "a=1", "/data", "a=1"],
    ["an empty body", "", "", ""],
    ["JSON behind a byte order mark", "\ufeff[1]", "", [1]],
    ["what is no UTF-8", Uint8Array.of(0xff, 0x41), "", "\ufffdA"],
  ];
  for (const [what, body, pointer, expected] of cases) {
    it(`gives ${what}`, () => assert.deepEqual(dataOf(Buffer.from(body as string), pointer), expected));
  }

  it("parses what is nested deeper than a clone could carry", () => {
    assert.ok(Array.isArray(dataOf(Buffer.from("[".repeat(20_000) + "]".repeat(20_000)), "")));
  });
});

describe("joinHeaders", () => {
  it("lowers names, joins repeated ones, and has no prototype to reach", () => {
    const joined = joinHeaders(["X-A", "1", "Host", "h", "x-a", "2", "__proto__", "p"]);
    assert.deepEqual(Object.entries(joined), [["x-a", "1, 2"], ["host", "h"], ["__proto__", "p"]]);
    assert.equal(joined.constructor, undefined);
  });
});

describe("handlerEvent", () => {
  it("is what the sender sent", () => {
    const body = Buffer.from('{"data":{"n":12345678901234567890}}');
    const event = handlerEvent({
      run: 1,
      file: 0,
      timeoutMs: 1,
      attempt: 1,
      id: "id",
      source: "events",
      type: "order.placed",
      key: "k",
      orderingKey: "o",
      receivedAt: 1_700_000_000_000,
      headers: "A\0b",
      dataPointer: "/data",
      body,
    });
    assert.deepEqual({ ...event, headers: { ...event.headers } }, {
      id: "id",
      source: "events",
      type: "order.placed",
      idempotencyKey: "k",
      orderingKey: "o",
      receivedAt: new Date("2023-11-14T22:13:20.000Z"),
      headers: { a: "b" },
      data: { n: 12345678901234567000 },
      rawBody: new Uint8Array(body),
    });
  });

  it("has headers and raw body of its own, made once: in a copy, in JSON, and written over", () => {
    const event = handlerEvent(aRequest({ headers: "A\0b\0a\0c" }));
    assert.equal(event.headers, event.headers);
    assert.equal(event.rawBody, event.rawBody);
    for (const other of [{ ...event }, JSON.parse(JSON.stringify(handlerEvent(aRequest({ headers: "A\0b\0a\0c" }))))]) {
      assert.equal(other.headers.a, "b, c");
      assert.ok("rawBody" in other);
    }
    assert.deepEqual({ ...handlerEvent(aRequest({ headers: "" })).headers }, {});
  });

  it("gives a raw body whose buffer holds no other event's", () => {
    const buffer = new TextEncoder().encode('{"a":1}{"secret":2}');
    const { rawBody, data } = handlerEvent(aRequest({ body: buffer.subarray(0, 7) }));
    assert.deepEqual(data, { a: 1 });
    assert.equal(rawBody.buffer.byteLength, 7);
  });
});
