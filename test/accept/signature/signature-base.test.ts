import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { signatureBase } from "../../../src/accept/signature/signature-base.ts";
import { type InnerList, parseDictionary } from "../../../src/accept/signature/structured-fields.ts";
import { aSignedRequest, type Asked } from "./a-signed-request.ts";

const URL = "https://www.example.com/path?param=value";

function baseOf(covered: string, asked: Asked = {}, status?: string): string {
  const list = parseDictionary(`sig=${covered}`)!.get("sig") as InnerList;
  const base = signatureBase(list, { request: aSignedRequest({ url: URL, ...asked }), status });
  return Buffer.isBuffer(base) ? base.toString("latin1") : base;
}

/** The value of one component, or the reason. */
function valueOf(component: string, asked: Asked = {}, status?: string): string {
  return baseOf(`(${component})`, asked, status).split("\n")[0]!.replace(`${component}: `, "");
}

it("the base of RFC 9421 section 2.5 is made letter for letter", () => {
  const covered = '("@method" "@authority" "@path" "content-digest" "content-length" "content-type")' +
    ';created=1618884473;keyid="test-key-rsa-pss"';
  const digest = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
  const headers = { "Content-Type": "application/json", "Content-Digest": digest, "Content-Length": "18" };
  assert.equal(
    baseOf(covered, { url: "https://example.com/foo?param=Value&Pet=dog", headers }),
    [
      '"@method": POST',
      '"@authority": example.com',
      '"@path": /foo',
      `"content-digest": ${digest}`,
      '"content-length": 18',
      '"content-type": application/json',
      `"@signature-params": ${covered}`,
    ].join("\n"),
  );
});

describe("a component of the URL", () => {
  const cases: [component: string, url: string, value: string][] = [
    ['"@target-uri"', "https://Example.com:443/a%2fb/../c?", "https://Example.com:443/a%2fb/../c?"],
    ['"@scheme"', "HTTPS://example.com/", "https"],
    ['"@authority"', "https://WWW.example.com:443/", "www.example.com"],
    ['"@authority"', "http://example.com:80/", "example.com"],
    ['"@authority"', "http://example.com:443/", "example.com:443"],
    ['"@authority"', "https://[2001:DB8::1]:8443/", "[2001:db8::1]:8443"],
    ['"@path"', "https://example.com", "/"],
    ['"@path"', "https://example.com/a%2Fb/../c?x", "/a%2Fb/../c"],
    ['"@query"', URL, "?param=value"],
    ['"@query"', "https://example.com/path?queryString", "?queryString"],
    ['"@query"', "https://example.com/path", "?"],
    ['"@query"', "https://example.com/path?", "?"],
    ['"@request-target"', URL, "/path?param=value"],
    ['"@request-target"', "https://example.com/path", "/path"],
    // RFC 9421 section 2.2.8.
    ['"@query-param";name="param"', "https://www.example.com/path?param=value&foo=bar&baz=batman&qux=", "value"],
    ['"@query-param";name="qux"', "https://www.example.com/path?param=value&foo=bar&baz=batman&qux=", ""],
    [
      '"@query-param";name="var"',
      "https://www.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value&bar=with+plus+whitespace",
      "this%20is%20a%20big%0Amultiline%20value",
    ],
    [
      '"@query-param";name="bar"',
      "https://www.example.com/parameters?bar=with+plus+whitespace",
      "with%20plus%20whitespace",
    ],
    [
      '"@query-param";name="fa%C3%A7ade%22%3A%20"',
      "https://www.example.com/?fa%C3%A7ade%22%3A%20=something",
      "something",
    ],
    ['"@query-param";name="a"', "https://example.com/?a=!'()~*-._", "%21%27%28%29%7E*-._"],
  ];
  for (const [component, url, value] of cases) {
    it(`${component} of ${url} is "${value}"`, () => assert.equal(valueOf(component, { url }), value));
  }
});

describe("a base cannot be made", () => {
  const cases: [what: string, covered: string, asked: Asked, reason: string][] = [
    ["of a component twice", '("@method" "@method")', {}, "malformed_signature"],
    ["of the parameters themselves", '("@signature-params")', {}, "malformed_signature"],
    ["of an unknown component", '("@body")', {}, "malformed_signature"],
    ["of a response's status", '("@status")', {}, "malformed_signature"],
    ["of a component that is no string", "(date)", {}, "malformed_signature"],
    ["of a field in another form", '("date";bs)', { headers: { Date: "x" } }, "malformed_signature"],
    [
      "of one member of a field",
      '("content-digest";key="a")',
      { headers: { "Content-Digest": "a=1" } },
      "malformed_signature",
    ],
    ["of the request that a response answers", '("@method";req)', {}, "malformed_signature"],
    ["of a trailer", '("expires";tr)', {}, "malformed_signature"],
    ["of a query parameter without a name", '("@query-param")', {}, "malformed_signature"],
    ["of a query parameter that is absent", '("@query-param";name="x")', {}, "missing_field"],
    ["of one that is repeated", '("@query-param";name="a")', { url: "https://h/?a=1&a=2" }, "malformed_signature"],
    ["of a field that is absent", '("date")', {}, "missing_header"],
    ["of a field in capitals", '("Date")', { headers: { Date: "x" } }, "missing_header"],
    ["of a field that is repeated", '("date")', { headers: { Date: ["x", "x"] } }, "duplicate_header"],
    ["of a value with a line break", '("date")', { headers: { Date: 'x\n"@method": POST' } }, "malformed_header"],
    ["of a value that was not sent so", '("date")', { headers: { Date: "\u0141" } }, "malformed_header"],
    ["without a URL", '("@path")', { url: undefined }, "missing_url"],
    ["of a URL with a user in it", '("@authority")', { url: "https://a@b/" }, "missing_url"],
    ["of a URL with a fragment", '("@target-uri")', { url: "https://b/#c" }, "missing_url"],
  ];
  for (const [what, covered, asked, reason] of cases) {
    it(what, () => assert.equal(baseOf(covered, asked), reason));
  }
});

it("a field counts without the spaces around it, and as the bytes that came", () => {
  assert.equal(valueOf('"x-name"', { headers: { "X-Name": " \tcaf\xe9  1 " } }), "caf\xe9  1");
  assert.equal(valueOf('"x-name"', { headers: { "X-Name": "" } }), "");
});

it("a captured response has its status", () => assert.equal(valueOf('"@status"', {}, "200"), "200"));
