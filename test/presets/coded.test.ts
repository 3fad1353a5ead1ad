import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CODED } from "../../src/presets/coded.ts";

for (const [name, { key, params = {}, type, keys }] of Object.entries(CODED)) {
  describe(`the coded preset ${name}`, () => {
    it("has keys, without which nothing would verify", () => assert(Object.keys(key).length > 0));

    it("has params that fit their own rules", () => {
      for (const [param, { about, isRequired, oneOf, otherwise }] of Object.entries(params)) {
        // compileScheme knows them in snake case only.
        assert.match(param, /^[a-z0-9]+(_[a-z0-9]+)*$/);
        assert.notEqual(about, "");
        assert(otherwise === undefined || (!isRequired && (oneOf?.includes(otherwise) ?? true)));
      }
    });

    it("takes types and ids from where the sender may sign them", () => {
      // SNS signs no header; the others may.
      if (name === "aws-sns") assert.deepEqual([type, ...keys], ["json:/Type", "json:/MessageId"]);
      assert.notEqual(type, "");
    });
  });
}

it("the body must be signed and the topic named, unless the operator says otherwise", () => {
  assert.equal(CODED["http-message-sig"]!.params!["require_digest"]!.otherwise, "true");
  assert.equal(CODED["aws-sns"]!.params!["topic_arn"]!.isRequired, true);
});
