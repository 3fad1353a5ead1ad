import assert from "node:assert/strict";
import { test } from "node:test";
import { urlVariations } from "../../../../src/accept/signature/explain/urls.ts";
import { aSignedRequest } from "../a-signed-request.ts";

for (
  const [what, configured, signed] of [
    ["a slash at its end", "https://a.example/in", "https://a.example/in/"],
    ["no slash at its end", "https://a.example/in/?x=1", "https://a.example/in?x=1"],
    ["https for http", "http://a.example/in", "https://a.example/in"],
    ["the port of its scheme", "https://a.example/in", "https://a.example:443/in"],
    ["no port", "https://a.example:8443/in", "https://a.example/in"],
    ["no query", "https://a.example/in?x=1", "https://a.example/in"],
    ["a host in lower case", "https://A.example/In", "https://a.example/In"],
    ["no percent-encoding", "https://a.example/a%20b", "https://a.example/a b"],
    ["no fragment", "https://a.example/in#top", "https://a.example/in"],
    ["its path alone", "https://a.example/in?x=1", "/in?x=1"],
  ] as const
) {
  test(`a URL with ${what} is tried`, () => {
    const values = urlVariations(aSignedRequest({ url: configured }), undefined).map(({ value }) => value);
    assert.ok(values.includes(signed), values.join("\n"));
    assert.equal(new Set([configured, ...values]).size, values.length + 1);
  });
}

test("where no URL is set, the host that the request names is tried, and no word of a strange one", () => {
  const named = aSignedRequest({ headers: { Host: "h.example", "X-Forwarded-Host": "p.example" } });
  assert.deepEqual(urlVariations(named, "/in?x=1").map(({ value }) => value), [
    "https://h.example/in?x=1",
    "http://h.example/in?x=1",
    "https://p.example/in?x=1",
    "http://p.example/in?x=1",
  ]);
  assert.deepEqual(urlVariations(aSignedRequest({ headers: { Host: "h.example/evil?" } }), "/in"), []);
  assert.deepEqual(urlVariations(named, undefined), []);
});

test("a URL that is none makes none", () => {
  assert.deepEqual(urlVariations(aSignedRequest({ url: "not a url" }), undefined), []);
  assert.ok(urlVariations(aSignedRequest({ url: "https://[/in" }), undefined).length > 0);
});
