import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Value } from "typebox/value";
import { modeResponses } from "../../src/accept/mode-responses.ts";
import type { ResponseMode } from "../../src/model.ts";

const STATUSES: Record<ResponseMode, string[]> = {
  sync: ["200", "202", "500"],
  queue: ["200", "202"],
  task: ["200", "202"],
  ack: ["200", "202"],
  status: ["200", "202"],
  "sender-retry": ["200", "202", "503"],
};

for (const [mode, statuses] of Object.entries(STATUSES) as [ResponseMode, string[]][]) {
  describe(`mode ${mode}`, () => {
    const responses = modeResponses({ mode, unknown: "reject", publicUrl: undefined });

    it(`answers ${statuses.join(", ")}`, () => assert.deepEqual(Object.keys(responses), statuses));

    it("is shown with examples that meet the schema of their answer", () => {
      for (const [status, { content }] of Object.entries(responses)) {
        const { schema = false, examples = {} } = content?.["application/json"] ?? {};
        assert.ok(Object.keys(examples).length > 0, status);
        for (const [name, { value }] of Object.entries(examples)) {
          assert.deepEqual(Value.Errors(schema as object, value), [], `${status} ${name}`);
          assert.ok(!Value.Check(schema as object, { ...value as object, unknown: 1 }), `${status} ${name}`);
        }
      }
    });
  });
}

it("a source that ignores unknown types answers 204 too, without a body", () => {
  const responses = modeResponses({ mode: "ack", unknown: "ignore", publicUrl: undefined });
  assert.deepEqual(Object.keys(responses), ["200", "202", "204"]);
  assert.equal(responses["204"]?.content, undefined);
});

it("a list is answered with all its ids, and a source of single events and lists with either", () => {
  const list = { pointer: "", steps: [] };
  const route = { mode: "ack", unknown: "reject", publicUrl: undefined, takesLists: true } as const;
  const only = modeResponses({ ...route, list });
  assert.deepEqual(Object.keys(only), ["202"]);
  const { schema = false, examples = {} } = only["202"]?.content?.["application/json"] ?? {};
  assert.deepEqual(Value.Errors(schema as object, examples["list"]?.value), []);
  const either = modeResponses(route);
  assert.deepEqual(Object.keys(either), ["200", "202"]);
  assert.deepEqual(Object.keys(either["202"]?.content?.["application/json"]?.examples ?? {}), ["queued", "list"]);
});

it("a status URL is shown as senders get it", () => {
  const responses = modeResponses({ mode: "status", unknown: "reject", publicUrl: "https://hooks.example.com" });
  const [example] = Object.values(responses["202"]?.content?.["application/json"]?.examples ?? {});
  assert.match(
    (example!.value as { status_url: string }).status_url,
    /^https:\/\/hooks\.example\.com\/webhooks\/status\//,
  );
});
