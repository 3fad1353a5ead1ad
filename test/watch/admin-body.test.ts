import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { test } from "node:test";
import { BODY_BYTES_MAX } from "../../src/watch/admin-body.ts";
import { openAdmin } from "./fake-admin.ts";

const JSON_TYPE = ["Content-Type", "application/json"];

test("a body of exactly the cap is read, chunked or not, and one byte more is a 413", async () => {
  const { ask } = await openAdmin();
  for (const framing of [[], ["Transfer-Encoding", "chunked"]]) {
    const headers = [...JSON_TYPE, ...framing];
    const full = `{}${" ".repeat(BODY_BYTES_MAX - 2)}`;
    assert.equal((await ask({ method: "POST", path: "/dlq", headers, body: full })).status, 200);
    assert.equal((await ask({ method: "POST", path: "/dlq", headers, body: `${full} ` })).status, 413);
  }
});

test("an announced length over the cap is refused before the body is sent", async () => {
  const { listener } = await openAdmin();
  const { port, host } = listener.address;
  const socket = connect(port, host);
  socket.write(`POST /dlq HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: ${BODY_BYTES_MAX + 1}\r\n\r\n`);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  assert.match(text, /^HTTP\/1\.1 413 [^]*\r\nconnection: close\r\n/i);
});

test("a body that is not UTF-8 is malformed, not mended", async () => {
  const { ask } = await openAdmin();
  const body = Buffer.from([0x22, 0xff, 0x22]);
  assert.equal((await ask({ method: "POST", path: "/dlq", headers: JSON_TYPE, body })).json.code, "malformed_json");
});

test("a caller that hangs up in the middle of its body is no failure of hookd's", async () => {
  const { listener, ask, signals } = await openAdmin();
  const { port, host } = listener.address;
  const socket = connect(port, host);
  socket.write(`POST /dlq HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 100\r\n\r\n{`);
  await ask({ path: "/livez" });
  socket.destroy();
  await new Promise((resolve) => socket.once("close", resolve));
  assert.equal((await ask({ path: "/livez" })).status, 200);
  assert.deepEqual(signals, []);
});
