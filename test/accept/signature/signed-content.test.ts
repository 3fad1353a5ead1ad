import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import type { DeclaredPreset } from "../../../src/presets/preset.ts";
import { PRESETS } from "../../../src/presets/registry.ts";
import { compileScheme } from "../../../src/accept/signature/scheme.ts";
import { type Item, parsedBody, sha256hex, signedContents } from "../../../src/accept/signature/signed-content.ts";
import { aSignedRequest, type Asked } from "./a-signed-request.ts";

const hookd = PRESETS["hookd"] as DeclaredPreset;

interface Signing extends Asked {
  optional?: string[];
  urls?: "default-port" | "hubspot";
  items?: Item[];
  params?: Record<string, string>;
}

/** The contents as Latin-1, so that bytes can be told; or the reason. */
function contents(content: string, { optional, urls, items = [], params = {}, ...asked }: Signing = {}) {
  const preset = { ...hookd, content, ...(optional && { optional }), ...(urls && { urls }) };
  const { scheme } = compileScheme(preset, { secrets: [], toleranceMs: undefined, params });
  assert(scheme.kind === "declared");
  const request = aSignedRequest(asked);
  const found = signedContents(scheme, { request, root: () => parsedBody(request), items });
  return typeof found === "string" ? found : found.map((pieces) => Buffer.concat(pieces).toString("latin1"));
}

const NO_UTF8 = Buffer.from("ff00c3", "hex");
const headers = { "X-Id": "msg_1", "X-Time": "17", "X-Name": "caf\xe9", "X-Twice": ["1", "2"], "X-Empty": "" };
const body = '{"a":{"b/c":"é","n":1.50,"t":true,"o":{},"z":null,"":"e"},"list":["x","y"]}';
const t = (value: string): Item => ({ label: "t", value });

const cases: [promise: string, content: string, signing: Signing, expected: string[] | string][] = [
  ["the body is its bytes, whatever they are", "{body}", { body: NO_UTF8 }, ["\xff\0\xc3"]],
  ["text stands around references", "v0:{header:X-Time}:{body}", { headers, body: "b" }, ["v0:17:b"]],
  ["text beyond ASCII is UTF-8", "é{body}", { body: "b" }, ["\xc3\xa9b"]],
  ["a header is its bytes, found in any case", "{header:x-NAME}", { headers }, ["caf\xe9"]],
  ["a header that is not there is missing", "{header:x-gone}{body}", { headers }, "missing_header"],
  ["so is an empty one", "{header:x-empty}{body}", { headers }, "missing_header"],
  ["one that came twice is nobody's", "{header:x-twice}{body}", { headers }, "duplicate_header"],
  ["one that holds what ends it could be cut elsewhere", "{header:X-Id}s{body}", { headers }, "malformed_header"],
  ["a field of the signature", "{kv:t}.{body}", { items: [t("17")], body: "b" }, ["17.b"]],
  ["a field that comes twice is ambiguous", "{kv:t}", { items: [t("17"), t("17")] }, "malformed_signature"],
  ["nor may it come again after a space, as in joined headers", "{kv:t}", {
    items: [t("17"), { label: " t", value: "17" }],
  }, "malformed_signature"],
  [
    "a field is not found by a name with a space",
    "{kv:t}",
    { items: [{ label: " t", value: "1" }] },
    "malformed_signature",
  ],
  ["a field without a value, or no field, is malformed", "{kv:t}", { items: [t("")] }, "malformed_signature"],
  ["no field at all", "{kv:t}", {}, "malformed_signature"],
  ["a JSON text is UTF-8", "{json:/a/b~1c}", { body }, ["\xc3\xa9"]],
  ["a JSON number is written as JavaScript does", "{json:/a/n}", { body }, ["1.5"]],
  ["a JSON truth value is its word", "{json:/a/t}", { body }, ["true"]],
  ["an element of a list", "{json:/list/1}", { body }, ["y"]],
  ["an empty name is a name", "{json:/a/}", { body }, ["e"]],
  ["an object is no text", "{json:/a/o}", { body }, "missing_field"],
  ["nor is null", "{json:/a/z}", { body }, "missing_field"],
  ["nor what is not there", "{json:/a/x}", { body }, "missing_field"],
  ["nor what all objects have", "{json:/a/constructor/name}", { body }, "missing_field"],
  ["nor the length of a list", "{json:/list/length}", { body }, "missing_field"],
  ["nor anything in what is no JSON", "{json:/a}", { body: "{" }, "missing_field"],
  [
    "nor in what is nested too deeply",
    "{json:/a}",
    { body: `{"a":"b","c":${"[".repeat(64)}${"]".repeat(64)}}` },
    "missing_field",
  ],
  ["what may be absent is empty", "{json:/x}:{header:x-gone}:{json:/list/0}", {
    body,
    optional: ["json:/x", "header:x-gone"],
  }, ["::x"]],
  [
    "what may be absent may not be there twice",
    "{header:x-twice}",
    { headers, optional: ["header:x-twice"] },
    "duplicate_header",
  ],
  ["a value of the configuration", "{param:shop}.{body}", { params: { shop: "é1" }, body: "b" }, ["\xc3\xa91.b"]],
  ["by either way of writing its name", "{param:webhook_id}", { params: { webhookId: "w" } }, ["w"]],
  ["a value that is not configured", "{param:shop}", {}, "missing_field"],
  ["a name of all objects is not configured", "{param:constructor}", {}, "missing_field"],
  ["method and URL as they were", "{method}{url}{body}", { method: "PUT", url: "https://a/b?c=%27'", body: "b" }, [
    "PUThttps://a/b?c=%27'b",
  ]],
  ["a URL that nobody configured", "{url}{body}", { body: "b" }, "missing_url"],
  ["the body's hash, in small hex", "{sha256hex}", { body: "abc" }, [createHash("sha256").update("abc").digest("hex")]],
  ["the body's CRC-32, in decimal and without a sign", "{crc32}", { body: "123456789" }, ["3421780262"]],
  ["no content at all, for tokens", "", { body: "b" }, [""]],
];
for (const [promise, content, signing, expected] of cases) {
  it(promise, () => assert.deepEqual(contents(content, signing), expected));
}

describe("the fields of a form", () => {
  const forms: [form: string | Buffer, text: string][] = [
    ["b=2&a=1", "a1b2"],
    ["ab=1&a=2", "a2ab1"],
    ["a=2&a=1&a=2", "a1a2"],
    ["To=%2B1+2&x=", "To+1 2x"],
    ["B=1&a=2", "B1a2"],
    ["", ""],
    [Buffer.from("\ufeffa=1"), "\xef\xbb\xbfa1"],
  ];
  for (const [form, text] of forms) {
    it(`${JSON.stringify(String(form))} are signed as ${JSON.stringify(text)}`, () => {
      assert.deepEqual(contents("{form-sorted}", { body: form }), [text]);
    });
  }
});

describe("spellings of the URL", () => {
  const urls: [url: string, urls: Signing["urls"], expected: string[]][] = [
    ["https://a.example/x?y=1", undefined, []],
    ["https://a.example/x?y=1", "default-port", ["https://a.example:443/x?y=1"]],
    ["https://a.example:443/x", "default-port", ["https://a.example/x"]],
    ["http://a.example:80", "default-port", ["http://a.example"]],
    ["http://a.example:443/x", "default-port", []],
    ["https://a.example:8443/x", "default-port", []],
    ["https://u:p@a.example/it's/../x", "default-port", ["https://u:p@a.example:443/it's/../x"]],
    ["ftp://a.example/x", "default-port", []],
    ["https://a.example/x?q=%3A%2f%40%27", "hubspot", ["https://a.example/x?q=:/@'"]],
    ["https://a.example/x?q=%26%20%25%7E", "hubspot", []],
  ];
  for (const [url, spellings, others] of urls) {
    it(`${url} by ${spellings ?? "no rule"} is tried in ${others.length + 1} ways`, () => {
      assert.deepEqual(contents("{url}", { url, ...(spellings && { urls: spellings }) }), [url, ...others]);
    });
  }

  it("do not multiply what has no URL in it", () => {
    assert.deepEqual(contents("{body}", { url: "https://a/", urls: "default-port", body: "b" }), ["b"]);
  });
});

it("a hash of no bytes is known to all", () => {
  assert.equal(sha256hex(new Uint8Array()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
