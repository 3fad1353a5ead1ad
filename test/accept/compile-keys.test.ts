import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileKeys } from "../../src/accept/compile-keys.ts";
import type { SourceConfig } from "../../src/config.ts";
import { presetOf } from "../../src/presets/registry.ts";
import { anAcceptSource } from "./a-route.ts";

function told(over: Partial<SourceConfig>, publicUrl?: string): string[] {
  const source = anAcceptSource(over);
  const faults: string[] = [];
  const report = (severity: string, at: (string | number)[], message: string) =>
    void faults.push(`${severity} ${at.join(".")}: ${message}`);
  compileKeys({ config: { publicUrl }, preset: presetOf(source.preset)!, source, report });
  return faults;
}

describe("the keys of a source", () => {
  it("are fine for the plain presets", () => assert.deepEqual(told({}), []));

  it("have to be there, and to be keys", () => {
    assert.deepEqual(told({ secrets: [] }), ["fault verify.secrets: has no secret"]);
    assert.deepEqual(told({ preset: "standard", secrets: ["whsec_!"] }), [
      "fault verify.secrets.0: is not Base64 (after an optional whsec_)",
    ]);
    assert.match(told({ secrets: ["shorter"] }).join(), /^warning verify\.secrets\.0: is short: 7 bytes/);
    assert.match(told({ secrets: ["short"] }).join(), /^fault verify\.secrets\.0: is so short that it can be guessed/);
  });

  it("that are fetched need no secret", () => {
    const params = { topic_arn: "arn:aws:sns:eu-west-1:1:t", fetch_certificate: "true" };
    assert.deepEqual(told({ preset: "aws-sns", secrets: [], params }), []);
    assert.match(
      told({ preset: "aws-sns", secrets: [], params: { ...params, fetch_certificate: "false" } }).join(),
      /no secret/,
    );
  });
});

describe("a preset that needs more than a secret", () => {
  it("and signs the URL is a fault without public_url", () => {
    const square = { preset: "square" };
    assert.deepEqual(told(square), ['fault verify.preset: "square" signs the URL that it sends to']);
    assert.deepEqual(told(square, "https://hooks.example.com"), []);
  });

  it("and is weak is a fault until the operator accepts it", () => {
    assert.match(told({ preset: "gitlab-token" }).join(), /^fault verify\.preset: "gitlab-token" is weak: /);
    assert.deepEqual(told({ preset: "gitlab-token", allowWeak: true }), []);
  });

  it("and has parameters is told of each that is missing or unknown", () => {
    const faults = told({ preset: "aws-sns", params: { topic: "arn:x" } });
    assert.match(faults.join("\n"), /verify\.params\.topic: is none of /);
    assert.match(faults.join("\n"), /verify\.params\.topic_arn: is missing/);
    assert.ok(!faults.join().includes("arn:x"));
  });
});
