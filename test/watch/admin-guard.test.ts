import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEMS } from "../../src/watch/admin-answer.ts";
import { isLoopback } from "../../src/config.ts";
import { guard, type GuardedRequest, type GuardPolicy } from "../../src/watch/admin-guard.ts";

const TOKEN = "correct-horse-battery";

type Row = [says: string, verdict: string, request: Partial<GuardedRequest>, policy?: Partial<GuardPolicy>];

const beyond = { bound: { host: "0.0.0.0", port: 9464 }, token: TOKEN };
const bearer = { authorization: `Bearer ${TOKEN}` };

const rows: Row[] = [
  ["localhost with the right port", "pass", {}],
  ["localhost in capitals", "pass", { hosts: ["LOCALHOST:9464"] }],
  ["the loopback address", "pass", { hosts: ["127.0.0.1:9464"] }],
  ["the IPv6 loopback address", "pass", { hosts: ["[::1]:9464"] }, { bound: { host: "::1", port: 9464 } }],
  ["the default port left out", "pass", { hosts: ["localhost"] }, { bound: { host: "127.0.0.1", port: 80 } }],
  ["a rebound name", "host_not_allowed", { hosts: ["evil.example:9464"] }],
  ["a name that begins like ours", "host_not_allowed", { hosts: ["localhost.evil.example:9464"] }],
  ["a name that begins like a loopback address", "host_not_allowed", { hosts: ["127.0.0.1.evil.example:9464"] }],
  ["our name with another port", "host_not_allowed", { hosts: ["localhost:9999"] }],
  ["our name without the port", "host_not_allowed", { hosts: ["localhost"] }],
  ["user info before our name", "host_not_allowed", { hosts: ["evil@localhost:9464"] }],
  ["another machine's address on loopback", "host_not_allowed", { hosts: ["10.0.0.7:9464"] }],
  ["no Host", "host_not_allowed", { hosts: [] }],
  ["an empty Host", "host_not_allowed", { hosts: [""] }],
  ["two Hosts", "host_not_allowed", { hosts: ["localhost:9464", "localhost:9464"] }],
  ["a configured name, any port", "pass", { hosts: ["hooks.example:1234"] }, { hosts: ["Hooks.example"] }],
  ["a configured name with its port", "pass", { hosts: ["hooks.example:443"] }, { hosts: ["hooks.example:443"] }],
  ["a configured name with another port", "host_not_allowed", { hosts: ["hooks.example:80"] }, {
    hosts: ["hooks.example:443"],
  }],
  ["an address beyond loopback, which cannot be rebound", "pass", { hosts: ["10.0.0.7:1234"], ...bearer }, beyond],
  ["an IPv6 address beyond loopback", "pass", { hosts: ["[2001:db8::7]"], ...bearer }, beyond],
  ["a name beyond loopback", "host_not_allowed", { hosts: ["evil.example:9464"], ...bearer }, beyond],

  ["a change from a command line", "pass", { mutates: true }],
  ["a change from our own page", "pass", {
    mutates: true,
    origin: "http://localhost:9464",
    secFetchSite: "same-origin",
  }],
  ["a change typed by the user", "pass", { mutates: true, secFetchSite: "none" }],
  ["a change from another site", "origin_not_allowed", { mutates: true, secFetchSite: "cross-site" }],
  ["a change from another port of this machine", "origin_not_allowed", { mutates: true, secFetchSite: "same-site" }],
  ["a change with a foreign Origin", "origin_not_allowed", { mutates: true, origin: "http://evil.example" }],
  ["a change with our host in a foreign Origin", "origin_not_allowed", {
    mutates: true,
    origin: "http://localhost:9464.evil.example",
  }],
  ["a change from an opaque origin", "origin_not_allowed", { mutates: true, origin: "null" }],
  ["a foreign change that knows the token", "origin_not_allowed", {
    mutates: true,
    origin: "http://evil.example",
    ...bearer,
  }, { token: TOKEN }],
  ["a read linked from another site", "pass", { secFetchSite: "cross-site" }],

  ["a read without the token", "admin_token_invalid", {}, { token: TOKEN }],
  ["a change without the token", "admin_token_invalid", { mutates: true }, { token: TOKEN }],
  ["the token", "pass", { mutates: true, ...bearer }, { token: TOKEN }],
  ["the scheme in lower case", "pass", { authorization: `bearer ${TOKEN}` }, { token: TOKEN }],
  ["another token", "admin_token_invalid", { authorization: "Bearer wrong" }, { token: TOKEN }],
  ["the beginning of the token", "admin_token_invalid", { authorization: `Bearer ${TOKEN.slice(0, -1)}` }, {
    token: TOKEN,
  }],
  ["the token and more", "admin_token_invalid", { authorization: `Bearer ${TOKEN}x` }, { token: TOKEN }],
  ["the token without its scheme", "admin_token_invalid", { authorization: TOKEN }, { token: TOKEN }],
  ["the token under another scheme", "admin_token_invalid", { authorization: `Basic ${TOKEN}` }, { token: TOKEN }],
  ["no token at all", "admin_token_invalid", { authorization: "Bearer" }, { token: TOKEN }],
  ["an open route on loopback", "pass", { open: true }, { token: TOKEN }],
  ["an open route beyond loopback", "admin_token_invalid", { open: true }, beyond],
  ["an open route with the token", "pass", { open: true, ...bearer }, beyond],
  ["anything beyond loopback while no token is set", "admin_token_invalid", {
    open: true,
    authorization: "Bearer undefined",
  }, {
    ...beyond,
    token: undefined,
  }],
  ["an empty token that was set by mistake", "admin_token_invalid", { authorization: "Bearer " }, {
    ...beyond,
    token: "",
  }],
];

for (const [says, verdict, request, policy] of rows) {
  test(`${says}: ${verdict}`, () => {
    const found = judge(request, policy);
    assert.equal(found.kind === "pass" ? "pass" : found.code, verdict);
  });
}

test("a refusal of the Host is 421, of the Origin 403, of the token 401", () => {
  const codes = rows.map(([, , request, policy]) => judge(request, policy))
    .flatMap((verdict) => verdict.kind === "pass" ? [] : [verdict.code]);
  const statuses = [...new Set(codes)].sort().map((code) => `${code} ${PROBLEMS[code][0]}`);
  assert.deepEqual(statuses, ["admin_token_invalid 401", "host_not_allowed 421", "origin_not_allowed 403"]);
});

test("loopback is 127.0.0.0/8 and ::1, and no name that looks like it", () => {
  const is = ["127.0.0.1", "127.8.9.1", "::1", "localhost"];
  const isNot = ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.example", "::ffff:10.0.0.1", ""];
  assert.deepEqual(is.filter(isLoopback), is);
  assert.deepEqual(isNot.filter(isLoopback), []);
});

/** A read with our own Host and nothing else, on loopback without a token, but for what the row says. */
function judge(request: Partial<GuardedRequest>, policy: Partial<GuardPolicy> = {}) {
  return guard(
    {
      mutates: false,
      open: false,
      hosts: ["localhost:9464"],
      authorization: undefined,
      origin: undefined,
      secFetchSite: undefined,
      ...request,
    },
    { bound: { host: "127.0.0.1", port: 9464 }, token: undefined, hosts: [], ...policy },
  );
}
