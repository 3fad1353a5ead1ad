import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { AnswerReader } from "../../../bench/load/answer-reader.ts";

const WHOLE: [name: string, text: string, answer: { status: number; closes: boolean }][] = [
  ["with a length", "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}", { status: 202, closes: false }],
  ["that closes", "HTTP/1.1 503 No\r\nConnection: close\r\ncontent-length: 0\r\n\r\n", { status: 503, closes: true }],
  ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", {
    status: 200,
    closes: false,
  }],
  ["without a body", "HTTP/1.1 204 No Content\r\n\r\n", { status: 204, closes: false }],
];

describe("a reader of answers", () => {
  for (const [name, text, answer] of WHOLE) {
    it(`knows the end of one ${name}, also byte by byte`, () => {
      assert.deepEqual(new AnswerReader().push(Buffer.from(text)), answer);
      const reader = new AnswerReader();
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length - 1; at++) assert.equal(reader.push(bytes.subarray(at, at + 1)), undefined);
      assert.deepEqual(reader.push(bytes.subarray(-1)), answer);
      assert.deepEqual(reader.push(bytes), answer, "and the next one starts anew");
    });
  }

  it("forgets an answer whose connection broke", () => {
    const reader = new AnswerReader();
    reader.push(Buffer.from("HTTP/1.1 500 "));
    reader.reset();
    assert.equal(reader.push(Buffer.from(WHOLE[0]![1]))?.status, 202);
  });
});
