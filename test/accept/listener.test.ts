import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, it } from "node:test";
import { type ListenerOptions, PublicListener } from "../../src/accept/listener.ts";
import { HookdError } from "../../src/errors.ts";
import type { Signal } from "../../src/ports.ts";
import { connectRaw, send } from "./rig.ts";

const HEAD = "POST / HTTP/1.1\r\nHost: x\r\n";

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

function readAll(request: IncomingMessage, response: ServerResponse): void {
  request.on("error", () => {}).on("end", () => response.end("fine")).resume();
}

async function listening(handle: Handle = readAll, limits: Partial<ListenerOptions["limits"]> = {}) {
  const signals: Signal[] = [];
  const listener = await PublicListener.open({
    address: { host: "127.0.0.1", port: 0 },
    limits: {
      headerBytesMax: 16_384,
      headerTimeoutMs: 10_000,
      requestTimeoutMs: 30_000,
      connectionsMax: 100,
      ...limits,
    },
    handle,
    emit: (signal) => signals.push(signal),
  });
  const reasons = () =>
    signals.flatMap((signal) => (signal.kind === "rejected" ? [`${signal.source} ${signal.reason}`] : []));
  return { listener, port: listener.address.port, signals, reasons };
}

it("the address is the real one", async (t) => {
  const { listener, port } = await listening();
  t.after(() => listener.close(0));
  assert.equal(listener.address.host, "127.0.0.1");
  assert(port > 0);
});

it("an address that is taken is the operator's to mend", async (t) => {
  const { listener, port } = await listening();
  t.after(() => listener.close(0));
  const again = PublicListener.open({
    address: { host: "127.0.0.1", port },
    limits: { headerBytesMax: 16_384, headerTimeoutMs: 10_000, requestTimeoutMs: 30_000, connectionsMax: 100 },
    handle: readAll,
    emit: () => {},
  });
  await assert.rejects(again, (error) => {
    assert(error instanceof HookdError);
    assert.equal(error.code, "ERR_LISTEN_FAILED");
    assert.match(error.message, new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${port}: `));
    return true;
  });
});

describe("what is no request is told by its own status, and counted", () => {
  const cases: [what: string, bytes: string, answer: RegExp, reason: string][] = [
    ["noise", "\x00\x01\r\n\r\n", /^HTTP\/1\.1 400 /, "unmatched bad_request"],
    ["a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", /^HTTP\/1\.1 400 /, "unmatched bad_request"],
    [
      "headers that are too long",
      `${HEAD}X: ${"a".repeat(20_000)}\r\n\r\n`,
      /^HTTP\/1\.1 431 /,
      "unmatched headers_too_large",
    ],
    [
      "two lengths",
      `${HEAD}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      /^HTTP\/1\.1 400 /,
      "unmatched bad_request",
    ],
    [
      "a length and chunks",
      `${HEAD}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
      "unmatched bad_request",
    ],
    [
      "a space before a colon",
      `${HEAD}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
      "unmatched bad_request",
    ],
  ];
  for (const [what, bytes, answer, reason] of cases) {
    it(what, async (t) => {
      const { listener, port, reasons } = await listening();
      t.after(() => listener.close(0));
      const text = await connectRaw(port, bytes).closed;
      assert.match(text, answer);
      assert.match(text, /Content-Type: application\/problem\+json/);
      assert.deepEqual(reasons(), [reason]);
    });
  }

  it("a request without Host", async (t) => {
    const { listener, port } = await listening();
    t.after(() => listener.close(0));
    assert.match(await connectRaw(port, "GET / HTTP/1.1\r\n\r\n").closed, /^HTTP\/1\.1 400 /);
  });
});

it("a sender that is slow with its headers is told 408", async (t) => {
  const { listener, port, reasons } = await listening(readAll, { headerTimeoutMs: 50 });
  t.after(() => listener.close(0));
  const text = await connectRaw(port, HEAD).closed;
  assert.match(text, /^HTTP\/1\.1 408 .*"code":"timeout"/s);
  assert.deepEqual(reasons(), ["unmatched timeout"]);
});

it("a sender that is slow with its body is told 408, and its request tells of itself", async (t) => {
  const { listener, port, reasons } = await listening(readAll, { headerTimeoutMs: 50, requestTimeoutMs: 60 });
  t.after(() => listener.close(0));
  assert.match(await connectRaw(port, `${HEAD}Content-Length: 10\r\n\r\nab`).closed, /^HTTP\/1\.1 408 /);
  assert.deepEqual(reasons(), []);
});

it("noise behind a request that is being answered is not answered in its place", async (t) => {
  let answerIt = () => {};
  const { listener, port } = await listening((request, response) => {
    request.on("error", () => {});
    answerIt = () => response.end("fine");
  });
  t.after(() => listener.close(0));
  const text = await connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n\x00\x01noise\r\n\r\n`).closed;
  answerIt();
  assert.equal(text, "");
});

it("connections above the limit are turned away", async (t) => {
  const { listener, port } = await listening(readAll, { connectionsMax: 2 });
  t.after(() => listener.close(0));
  const kept = [
    connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n`),
    connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n`),
  ];
  for (const { until } of kept) await until(/fine/);
  assert.equal(await connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n`).closed, "");
  for (const { socket } of kept) socket.destroy();
});

it("a header named __proto__ is a header", async (t) => {
  const { listener, port } = await listening((request, response) => {
    response.end(JSON.stringify(request.rawHeaders));
  });
  t.after(() => listener.close(0));
  const { text } = await send(port, { path: "/", headers: { "__proto__x": "1" } });
  assert(text.includes("__proto__x"));
  const raw = connectRaw(port, `${HEAD}__proto__: 1\r\nContent-Length: 0\r\n\r\n`);
  await raw.until(/__proto__/);
  raw.socket.destroy();
});

describe("stopping", () => {
  it("lets no new connection in", async (t) => {
    const { listener, port } = await listening();
    t.after(() => listener.close(0));
    listener.stopAccepting();
    listener.stopAccepting();
    await assert.rejects(send(port, { path: "/" }), { code: "ECONNREFUSED" });
  });

  it("ends idle connections, and lets the busy one have its answer", async (t) => {
    let answerIt = () => {};
    let busyArrived = () => {};
    const busyIsIn = new Promise<void>((resolve) => (busyArrived = resolve));
    const { listener, port } = await listening((request, response) => {
      if (request.url === "/idle") return void response.end("fine");
      answerIt = () => response.end("at last");
      busyArrived();
    });
    t.after(() => listener.close(0));
    const idle = connectRaw(port, "POST /idle HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    await idle.until(/fine/);
    const busy = connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n`);
    await busyIsIn;
    listener.stopAccepting();
    await idle.closed;
    answerIt();
    await busy.until(/at last/);
    await listener.close(0);
    await busy.closed;
  });

  it("cuts what is left at the deadline", async (t) => {
    let arrived = () => {};
    const isIn = new Promise<void>((resolve) => (arrived = resolve));
    const { listener, port } = await listening(() => arrived());
    t.after(() => listener.close(0));
    const stuck = connectRaw(port, `${HEAD}Content-Length: 0\r\n\r\n`);
    await isIn;
    await listener.close(0);
    assert.equal(await stuck.closed, "");
  });
});
