import assert from "node:assert/strict";
import { type AddressInfo, connect, createServer } from "node:net";
import { it } from "node:test";
import { clientErrorRefusal, endWithProblem } from "../../src/accept/client-error.ts";
import { problemAnswer } from "../../src/accept/problem.ts";

const cases: [code: string, status: number][] = [
  ["ERR_HTTP_REQUEST_TIMEOUT", 408],
  ["HPE_HEADER_OVERFLOW", 431],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", 413],
  ["HPE_INVALID_METHOD", 400],
  ["HPE_ERROR", 400],
  ["", 400],
];
for (const [code, status] of cases) {
  it(`the error ${code || "without a code"} is told as ${status}, without the parser's words`, () => {
    const refusal = clientErrorRefusal(Object.assign(new Error("Parse Error: secret bytes"), { code }));
    const answer = problemAnswer(refusal);
    assert.equal(answer.status, status);
    assert(!answer.body.includes("secret bytes"));
  });
}

it("the problem is written as a whole answer, and the connection ends", async () => {
  const refusal = clientErrorRefusal(new Error());
  const server = createServer((socket) => endWithProblem(socket, refusal));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const text = await new Promise<string>((resolve) => {
    let text = "";
    connect((server.address() as AddressInfo).port, "127.0.0.1").on("data", (chunk) => (text += String(chunk))).on(
      "end",
      () => resolve(text),
    );
  });
  server.close();
  const { body } = problemAnswer(refusal);
  assert.equal(
    text,
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
});
