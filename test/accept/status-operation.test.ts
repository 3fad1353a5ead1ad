import assert from "node:assert/strict";
import { it } from "node:test";
import { Value } from "typebox/value";
import { EventStatus } from "../../src/accept/answer-schemas.ts";
import { STATUS_OPERATION } from "../../src/accept/status-operation.ts";

it("the status route is described with its two parameters, and with an example that meets its schema", () => {
  const { path, description: { parameters = [], responses } } = STATUS_OPERATION;
  assert.equal(path, "/webhooks/status/{event_id}");
  assert.deepEqual(parameters.map(({ name, in: where }) => `${where} ${name}`), ["path event_id", "query wait"]);
  const [example] = Object.values(responses["200"]?.content?.["application/json"]?.examples ?? {});
  assert.deepEqual(Value.Errors(EventStatus, example?.value), []);
});
