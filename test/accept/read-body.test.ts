import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { type ReadBody, readBody } from "../../src/accept/read-body.ts";
import { connectRaw } from "./rig.ts";

const LIMIT = 64;
const HEAD = "POST / HTTP/1.1\r\nHost: x\r\n";

describe("a body", () => {
  let next: (read: ReadBody) => void;
  const server = createServer((request, response) => {
    request.on("error", () => {});
    readBody({ request, response }, LIMIT, (read) => {
      next(read);
      if (!response.destroyed) response.end("done");
    });
  });
  // As the listener does it: the body is asked for by readBody alone.
  server.on("checkContinue", (request, response) => server.emit("request", request, response));
  let port = 0;
  before(() =>
    new Promise<void>((resolve) =>
      server.listen(0, "127.0.0.1", () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      })
    )
  );
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  async function reading(request: string) {
    const read = new Promise<ReadBody>((resolve) => (next = resolve));
    return { connection: connectRaw(port, request), read };
  }
  async function read(request: string): Promise<string> {
    const { connection, read } = await reading(request);
    const result = await read;
    connection.socket.destroy();
    return result.kind === "body" ? result.bytes.toString("latin1") : result.kind;
  }

  it("is every byte of it", async () => {
    const bytes = Buffer.from(Array.from({ length: LIMIT }, (_, at) => at * 4)).toString("latin1");
    assert.equal(await read(`${HEAD}Content-Length: ${LIMIT}\r\n\r\n${bytes}`), bytes);
  });

  it("may be empty, with a length or without", async () => {
    assert.equal(await read(`${HEAD}Content-Length: 0\r\n\r\n`), "");
    assert.equal(await read(`${HEAD}\r\n`), "");
  });

  it("in chunks is put together", async () => {
    assert.equal(await read(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`), "abcde");
  });

  it("that is announced as too long is not read at all", async () => {
    assert.equal(await read(`${HEAD}Content-Length: ${LIMIT + 1}\r\n\r\n`), "too-large");
  });

  it("in chunks that is too long is refused, and not cut short", async () => {
    const chunk = `20\r\n${"x".repeat(32)}\r\n`;
    assert.equal(await read(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(2)}0\r\n\r\n`), "x".repeat(64));
    assert.equal(
      await read(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(2)}1\r\nx\r\n0\r\n\r\n`),
      "too-large",
    );
  });

  it("that never comes whole is no body", async () => {
    const { connection, read } = await reading(`${HEAD}Content-Length: 10\r\n\r\nabc`);
    connection.socket.end();
    assert.deepEqual(await read, { kind: "incomplete" });
  });

  it("with a broken chunk is no body", async () => {
    assert.equal(await read(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n`), "incomplete");
  });

  it("is asked for where the sender waits for that", async () => {
    const { connection, read } = await reading(`${HEAD}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`);
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    connection.socket.write("abc");
    const result = await read;
    assert(result.kind === "body" && result.bytes.toString() === "abc");
    connection.socket.destroy();
  });

  it("is not asked for where it would be too long", async () => {
    const { connection, read } = await reading(`${HEAD}Expect: 100-continue\r\nContent-Length: 100\r\n\r\n`);
    assert.deepEqual(await read, { kind: "too-large" });
    assert.match(await connection.until(/HTTP/), /^HTTP\/1\.1 200 /);
    connection.socket.destroy();
  });
});
