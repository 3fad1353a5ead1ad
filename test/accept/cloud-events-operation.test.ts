import assert from "node:assert/strict";
import { it } from "node:test";
import { CloudEvent } from "cloudevents";
import { Value } from "typebox/value";
import { cloudEventContent, consentOperation } from "../../src/accept/cloud-events-operation.ts";
import { aRoute } from "./a-route.ts";

it("the structured form is shown as its own library writes it", () => {
  const { schema } = cloudEventContent({ takesLists: false })["application/cloudevents+json"]!;
  const event = new CloudEvent({ source: "/s", type: "t", data: { a: 1 } }).toJSON();
  assert(Value.Check(schema as object, JSON.parse(JSON.stringify(event))));
  for (const over of [{ id: "" }, { type: undefined }, { specversion: "0.3" }, { extension: {} }]) {
    assert(!Value.Check(schema as object, JSON.parse(JSON.stringify({ ...event, ...over }))), JSON.stringify(over));
  }
});

it("a batch is shown where it can be answered", () => {
  assert.deepEqual(Object.keys(cloudEventContent({ takesLists: false })), ["application/cloudevents+json"]);
  const { schema } = cloudEventContent({ takesLists: true })["application/cloudevents-batch+json"]!;
  assert(Value.Check(schema as object, []));
  assert(!Value.Check(schema as object, {}));
});

it("who may ask is shown where somebody may", () => {
  assert.equal(consentOperation(aRoute({ format: "cloudevents" })), undefined);
  const operation = consentOperation(aRoute({ format: "cloudevents", origins: ["a.example"] }));
  assert.deepEqual(Object.keys(operation?.description.responses ?? {}), ["200", "405", "500", "503"]);
  assert.deepEqual(operation?.description.parameters?.map(({ name, required }) => [name, required]), [
    ["WebHook-Request-Origin", true],
    ["WebHook-Request-Rate", false],
  ]);
});
