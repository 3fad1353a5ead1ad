import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { HookdError } from "../../src/errors.ts";
import type { AdminListener } from "../../src/watch/admin.ts";
import { ask, openAdmin } from "./fake-admin.ts";

const TOKEN = "correct-horse-battery";
const withToken = { config: () => ({ admin: { token: TOKEN, hosts: [] }, sources: [] }) };
const auth = ["Authorization", `Bearer ${TOKEN}`];

test("every answer forbids caching, sniffing, framing and reading from another origin", async () => {
  const { ask } = await openAdmin();
  for (const path of ["/stats", "/nothing"]) {
    const { headers } = await ask({ path, headers: ["Origin", "http://evil.example"] });
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    assert.deepEqual(Object.keys(headers).filter((name) => name.startsWith("access-control-")), []);
  }
});

test("an unknown path is a 404 problem", async () => {
  const { ask } = await openAdmin();
  for (const path of ["/", "/nothing", "/docs/", "/docs/nothing.js", "/events/x/y/z", "/STATS"]) {
    const { status, headers, json } = await ask({ path });
    assert.equal(status, 404, path);
    assert.equal(headers["content-type"], "application/problem+json");
    assert.deepEqual(json, {
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "Nothing is here",
      code: "not_found",
      error: "Nothing is here",
    });
  }
});

test("another method is a 405 problem that names the right ones", async () => {
  const { ask } = await openAdmin();
  const rows = [
    ["POST", "/stats", "GET, HEAD"],
    ["OPTIONS", "/events", "GET, HEAD"],
    ["PUT", "/dlq", "GET, HEAD, POST"],
    ["PATCH", "/dlq/some-id", "GET, HEAD, DELETE"],
    ["GET", "/mailboxes/events%3A1/pause", "POST"],
  ];
  for (const [method = "", path = "", allow] of rows) {
    const { status, headers, json } = await ask({ method, path });
    assert.deepEqual([status, headers.allow, json.code], [405, allow, "method_not_allowed"], `${method} ${path}`);
  }
});

test("HEAD answers as GET does, without the body", async () => {
  const { ask } = await openAdmin();
  const [get, head] = [await ask({ path: "/stats" }), await ask({ method: "HEAD", path: "/stats" })];
  assert.equal(head.status, 200);
  assert.equal(head.headers["content-length"], String(get.text.length));
  assert.equal(head.text, "");
});

test("a rebound Host is turned away before anything else, and told", async () => {
  const { ask, signals } = await openAdmin();
  const { status, json } = await ask({ path: "/stats?x=1", headers: ["Host", "evil.example"] });
  assert.deepEqual([status, json.code], [421, "host_not_allowed"]);
  assert.deepEqual(signals, [
    { kind: "admin-refused", reason: "host_not_allowed", method: "GET", path: "/stats", sourceIp: "127.0.0.1" },
  ]);
});

test("a change from a page of another origin is turned away and changes nothing", async () => {
  const held: string[] = [];
  const { ask } = await openAdmin({
    archive: {
      list: async () => ({ items: [] }),
      replay: async () => undefined,
      mailboxes: async () => [],
      hold: async (key) => held.push(key) > 0,
    },
  });
  const asked = { method: "POST", path: "/mailboxes/events%3A1/pause" };
  for (const headers of [["Origin", "http://evil.example"], ["Sec-Fetch-Site", "cross-site"]]) {
    const { status, json } = await ask({ ...asked, headers });
    assert.deepEqual([status, json.code], [403, "origin_not_allowed"]);
  }
  assert.deepEqual(held, []);
  assert.equal((await ask(asked)).status, 200);
  assert.deepEqual(held, ["events:1"]);
});

test("with a token set, all but health and metrics demand it, known path or not", async () => {
  const { ask } = await openAdmin(withToken);
  const guarded = [
    ["GET", "/stats"],
    ["GET", "/events"],
    ["POST", "/dlq"],
    ["DELETE", "/dlq/some-id"],
    ["GET", "/mailboxes"],
    ["GET", "/nothing"],
    ["POST", "/livez"],
  ];
  for (const [method = "", path = ""] of guarded) {
    const without = await ask({ method, path });
    assert.deepEqual([without.status, without.json.code], [401, "admin_token_invalid"], `${method} ${path}`);
    assert.equal(without.headers["www-authenticate"], 'Bearer realm="hookd admin"');
    assert.notEqual((await ask({ method, path, headers: auth })).status, 401, `${method} ${path}`);
  }
  for (const path of ["/livez", "/readyz", "/metrics"]) assert.equal((await ask({ path })).status, 200, path);
});

test("tricks with the path reach no route, with or without the token", async () => {
  const { ask } = await openAdmin(withToken);
  const tricks = [
    "//stats",
    "/./stats",
    "/livez/../stats",
    "/livez/..%2fstats",
    "/livez%2f..%2fstats",
    "/%73tats",
    "/stats/",
    "/stats%00",
    "/stats;x=/livez",
    "/livez#/stats",
    "http://localhost/stats",
    "/events/",
    "/events/%zz",
  ];
  for (const path of tricks) {
    assert.equal((await ask({ path })).status, 401, path);
    assert.equal((await ask({ path, headers: auth })).status, 404, path);
  }
});

test("beyond loopback health and metrics demand the token too", async () => {
  const { listener, ask } = await openAdmin({ ...withToken, listen: { host: "0.0.0.0", port: 0 } });
  const host = ["Host", `127.0.0.1:${listener.address.port}`];
  for (const path of ["/livez", "/readyz", "/metrics", "/stats"]) {
    assert.equal((await ask({ path, headers: host })).status, 401, path);
    assert.equal((await ask({ path, headers: [...host, ...auth] })).status, 200, path);
  }
});

test("beyond loopback it does not open without a token", async () => {
  await assert.rejects(openAdmin({ listen: { host: "0.0.0.0", port: 0 } }), {
    code: "ERR_CONFIG_INVALID",
    message: /admin\.listen is 0\.0\.0\.0.*set admin\.token/,
  });
});

test("a token that a reload changes counts from the next request on", async () => {
  let token = "the-old-one";
  const { ask } = await openAdmin({ config: () => ({ admin: { token, hosts: [] }, sources: [] }) });
  const asked = { path: "/stats", headers: ["Authorization", "Bearer the-old-one"] };
  assert.equal((await ask(asked)).status, 200);
  token = "the-new-one";
  assert.equal((await ask(asked)).status, 401);
});

test("an address that is taken is named", async () => {
  const { listener } = await openAdmin();
  const { port } = listener.address;
  await assert.rejects(openAdmin({ listen: { host: "127.0.0.1", port } }), (error: HookdError) => {
    assert.equal(error.code, "ERR_LISTEN_FAILED");
    assert.ok(error.message.includes(`127.0.0.1 port ${port}`));
    return true;
  });
});

test("a body has to be short JSON that says so", async () => {
  const { ask } = await openAdmin();
  const json = ["Content-Type", "application/json"];
  const rows: [headers: string[], body: string, status: number, code: string | undefined][] = [
    [[], "", 200, undefined],
    [json, "", 200, undefined],
    [json, "{}", 200, undefined],
    [["Content-Type", "application/json; charset=utf-8"], "{}", 200, undefined],
    [[], "{}", 415, "unsupported_media_type"],
    [["Content-Type", "text/plain"], "{}", 415, "unsupported_media_type"],
    [["Content-Type", "application/jsonp"], "{}", 415, "unsupported_media_type"],
    [json, "{", 400, "malformed_json"],
    [json, "[]", 400, "invalid_body"],
    [json, "null", 400, "invalid_body"],
    [json, `"${"x".repeat(65_536)}"`, 413, "body_too_large"],
  ];
  for (const [headers, body, status, code] of rows) {
    const told = await ask({ method: "POST", path: "/dlq", headers, body });
    assert.deepEqual([told.status, told.json.code], [status, code], `${headers.join()} ${body.slice(0, 20)}`);
  }
});

test("a chunked body over the cap is refused whole, not cut", async () => {
  const { ask } = await openAdmin({
    redeliver: {
      retryLetters: () => assert.fail("must not be reached"),
      retryLetter: async () => true,
      dropLetter: async () => true,
    },
  });
  const told = await ask({
    method: "POST",
    path: "/dlq",
    headers: ["Content-Type", "application/json", "Transfer-Encoding", "chunked"],
    body: `{}${" ".repeat(70_000)}`,
  });
  assert.deepEqual([told.status, told.json.code], [413, "body_too_large"]);
});

test("a store that fails is a 503 with its hint, and anything else a 500 that shows nothing", async () => {
  const errors = [new HookdError("ERR_STORE_FAILED", "EIO at /secret/place"), new Error("canary at /secret/place")];
  const { ask, signals } = await openAdmin({
    deadLetters: { list: () => raise(errors.shift()), find: () => raise(1), count: () => 0 },
  });
  const failed = await ask({ path: "/dlq" });
  assert.deepEqual([failed.status, failed.json.code, failed.headers["retry-after"]], [503, "store_failed", "1"]);
  const broken = await ask({ path: "/dlq" });
  assert.deepEqual([broken.status, broken.json.code], [500, "internal_error"]);
  assert.ok(!/secret|canary|\.ts/.test(failed.text + broken.text));
  const [signal] = signals;
  assert.ok(signals.length === 1 && signal?.kind === "internal-error");
  assert.deepEqual([signal.where, signal.message], ["admin GET", "canary at /secret/place"]);
});

test("bytes that are not HTTP, and headers that are too long, end in a 4xx and not in silence", async () => {
  const { listener } = await openAdmin();
  assert.match(await talk(listener, "rubbish\r\n\r\n"), /^HTTP\/1\.1 400 /);
  const long = `GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`;
  assert.match(await talk(listener, long), /^HTTP\/1\.1 431 /);
});

test("close ends idle connections and gives the address back", async () => {
  const { listener } = await openAdmin();
  const { address } = listener;
  assert.equal((await ask(address, { path: "/livez" })).status, 200);
  const idle = connect(address.port, address.host);
  await new Promise((resolve) => idle.once("connect", resolve));
  const ended = new Promise((resolve) => idle.once("close", resolve));
  idle.resume();
  await listener.close();
  await ended;
  await assert.rejects(ask(address, { path: "/livez" }), { code: "ECONNREFUSED" });
});

function raise(error: unknown): never {
  throw error;
}

/** Sends bytes as they are and returns all that comes back. */
function talk({ address }: AdminListener, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(address.port, address.host, () => socket.end(bytes));
    socket.setEncoding("utf8").on("data", (chunk) => text += chunk);
    socket.on("error", reject).on("close", () => resolve(text));
  });
}
