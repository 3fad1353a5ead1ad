import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { json } from "../../src/accept/answer.ts";
import { send } from "../../src/accept/send.ts";
import { connectRaw } from "./rig.ts";

const HEAD = "POST / HTTP/1.1\r\nHost: x\r\n";
const ANSWER = json(413, { code: "x" }, { headers: { "X-More": "1" } });

describe("an answer", () => {
  let handle: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => {
    request.on("error", () => {});
    handle(request, response);
  });
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

  it("carries its length, type and headers", async () => {
    handle = (request, response) => void send({ request, response }, ANSWER, 1000);
    const { until, socket } = connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n`);
    const text = await until(/\{"code":"x"\}$/);
    assert.match(text, /^HTTP\/1\.1 413 /);
    for (const line of ["Content-Type: application/json", "Content-Length: 12", "X-More: 1"]) {
      assert(text.includes(line));
    }
    socket.destroy();
  });

  it("of 204 has neither body nor type", async () => {
    handle = (request, response) =>
      void send({ request, response }, { kind: "answer", status: 204, contentType: "", body: "" }, 1000);
    const { until, socket } = connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n`);
    const text = await until(/\r\n\r\n/);
    assert(!/content-(type|length)/i.test(text));
    socket.destroy();
  });

  it("leaves the connection to the next request when little is unread", async () => {
    handle = (request, response) => void send({ request, response }, ANSWER, 1000);
    const { until, socket } = connectRaw(port, `${HEAD}Content-Length: 3\r\n\r\nabc${HEAD}Content-Length: 0\r\n\r\n`);
    const text = await until(/\}HTTP.*\}$/s);
    assert(!/connection: close/i.test(text));
    socket.destroy();
  });

  it("reaches a sender that is still sending, and the connection ends when the body is through", async () => {
    handle = (request, response) => void send({ request, response }, ANSWER, 1_000_000);
    const { until, closed, socket } = connectRaw(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n`);
    const text = await until(/\{"code":"x"\}$/);
    assert.match(text, /connection: close/i);
    socket.write("1\r\nx\r\n0\r\n\r\n");
    assert.equal(await closed, text);
  });

  it("ends the connection of a sender that goes on for too long", async () => {
    handle = (request, response) => void send({ request, response }, ANSWER, 1000);
    const { until, closed, socket } = connectRaw(port, `${HEAD}Content-Length: 1000000000\r\n\r\n`);
    await until(/\{"code":"x"\}$/);
    const keepSending = () => {
      while (!socket.destroyed && socket.write("x".repeat(4096)));
    };
    socket.on("drain", keepSending);
    keepSending();
    assert.match(await closed, /\{"code":"x"\}/);
    // What the two sockets hold is more than the limit, and far less than what was announced.
    assert(socket.bytesWritten < 500_000_000);
  });

  it("ends the connection of a sender that waits to be asked for its body", async () => {
    server.once("checkContinue", (request, response) => void send({ request, response }, ANSWER, 1000));
    const { until, closed, socket } = connectRaw(port, `${HEAD}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`);
    assert.match(await until(/\}$/), /connection: close/i);
    socket.end();
    await closed;
  });

  it("is given once, and to nobody who has gone", async () => {
    const told = await new Promise<boolean[]>((resolve) => {
      handle = (request, response) => {
        const first = [send({ request, response }, ANSWER, 1000), send({ request, response }, ANSWER, 1000)];
        response.once("close", () => resolve([...first, send({ request, response }, ANSWER, 1000)]));
      };
      const { socket, until } = connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n`);
      void until(/\}$/).then(() => socket.destroy());
    });
    assert.deepEqual(told, [true, false, false]);
  });
});
