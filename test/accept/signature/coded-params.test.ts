import assert from "node:assert/strict";
import { it } from "node:test";
import { codedParams } from "../../../src/accept/signature/coded-params.ts";
import type { CodedPreset } from "../../../src/presets/preset.ts";
import { PRESETS } from "../../../src/presets/registry.ts";

const preset = (name: string) => PRESETS[name] as CodedPreset;

it("a source that says nothing has the body signed", () => {
  const fine = { faults: [], fetchesKeys: false };
  assert.deepEqual(codedParams(preset("http-message-sig"), {}), { params: { require_digest: "true" }, ...fine });
  const said = { require_digest: "false", components: "@method" };
  assert.deepEqual(codedParams(preset("http-message-sig"), said), { params: said, ...fine });
});

it("a source of SNS needs no secret where it may fetch the certificate", () => {
  const told = (params: object) => codedParams(preset("aws-sns"), { topic_arn: "arn:x", ...params });
  assert.deepEqual(told({ fetch_certificate: "true" }).faults, []);
  assert.equal(told({ fetch_certificate: "true" }).fetchesKeys, true);
  assert.equal(told({ fetch_certificate: "false" }).fetchesKeys, false);
});

const faulty: [what: string, name: string, params: Record<string, string>, fault: RegExp][] = [
  ["a topic that is missing", "aws-sns", {}, /^topic_arn is missing: the topics/],
  [
    "an unknown name",
    "aws-sns",
    { topic_arn: "arn:x", topic: "x" },
    /^topic is none of topic_arn, allow_sha1, fetch_certificate$/,
  ],
  ["a name where there are none", "plaid", { alg: "HS256" }, /^alg is unknown: this preset has no params$/],
  ["an unknown value", "http-message-sig", { alg: "none" }, /^alg is none of hmac-sha256, ed25519, .*: the algorithm/],
  ["a name of the prototype", "aws-sns", { topic_arn: "arn:x", constructor: "x" }, /^constructor is none of/],
];
for (const [what, name, params, fault] of faulty) {
  it(`${what} is a fault`, () => {
    const { faults: [first, ...more] } = codedParams(preset(name), params);
    assert.match(`${first?.name} ${first?.message}`, fault);
    assert.deepEqual(more, []);
  });
}
