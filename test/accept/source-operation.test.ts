import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sourceOperation } from "../../src/accept/source-operation.ts";
import type { SourceConfig } from "../../src/config.ts";
import { createHandlerTable } from "../../src/execute/handler-table.ts";
import { aRoute } from "./a-route.ts";

const handlers = createHandlerTable([{ file: 0, fileName: "a.ts", events: ["order.placed", "user.*"], retry: {} }]);

function describeIt(over: Partial<SourceConfig> = {}) {
  const exampleOf = (_: unknown, type: string) => ({ example: type });
  return sourceOperation(aRoute(over), { handlers, schemaOf: () => undefined, exampleOf }).description;
}

function parametersOf(over: Partial<SourceConfig>): string[] {
  return (describeIt(over).parameters ?? []).map(({ name, in: where, required }) =>
    `${where} ${name}${required ? " required" : ""}`
  );
}

describe("the parameters of a source", () => {
  const table: [what: string, over: Partial<SourceConfig>, parameters: string[]][] = [
    ["are the preset's", {}, [
      "header X-Event-Type required",
      "header Idempotency-Key",
      "header X-Idempotency-Key",
    ]],
    ["are its own where it has them", { type: "query:type", key: "query:key", order: "header:x-user" }, [
      "query type required",
      "query key",
      "header X-User",
    ]],
    ["are none where all is in the body", { type: "json:/type", key: "json:/id" }, []],
    ["are the parts of a template", { type: "a.{header:a}.{query:b}", key: "json:/id" }, [
      "header A required",
      "query b required",
    ]],
    ["are the signed headers too", { preset: "standard", secrets: [`whsec_${"c2VjcmV0".repeat(4)}`] }, [
      "header Webhook-Id required",
      "header Webhook-Timestamp required",
    ]],
    ["are the sender's count too", { mode: "sender-retry", type: "json:/type", key: "json:/id" }, [
      "header X-Retry-Count",
    ]],
  ];
  for (const [what, over, parameters] of table) it(what, () => assert.deepEqual(parametersOf(over), parameters));
});

describe("the refusals of a source", () => {
  const codesOf = (over: Partial<SourceConfig>) =>
    Object.values(describeIt(over).responses).flatMap(({ content }) =>
      Object.keys(content?.["application/problem+json"]?.examples ?? {})
    );

  it("are those that its settings can cause", () => {
    const plain = codesOf({});
    const settings: [code: string, over: Partial<SourceConfig>][] = [
      ["rate_limited", { rate: { count: 1, perMs: 1000 } }],
      ["invalid_retry_count", { mode: "sender-retry" }],
    ];
    for (const [code, over] of settings) {
      assert.ok(!plain.includes(code), code);
      assert.ok(codesOf(over).includes(code), code);
    }
    const lenient = codesOf({ unknown: "accept", changedBody: "duplicate" });
    for (const code of ["unknown_event_type", "idempotency_key_reused"]) {
      assert.ok(plain.includes(code), code);
      assert.ok(!lenient.includes(code), code);
    }
  });
});

it("each exact type has an example, and the body is demanded", () => {
  const { requestBody } = describeIt();
  assert.equal(requestBody?.required, true);
  assert.deepEqual(requestBody?.content["application/json"]?.examples, {
    "order.placed": { value: { example: "order.placed" } },
  });
  assert.deepEqual(Object.keys(describeIt({ data: "body" }).requestBody?.content ?? {}), ["*/*"]);
});

it("the purpose tells mode, preset, rate and order", () => {
  const over = { rate: { count: 600, perMs: 60_000 }, order: "json:/user_id" } as const;
  assert.equal(
    describeIt(over).description,
    "Mode `ack`, signed as preset `hookd` says. At most 600 events in 60 s. " +
      "Events run in order of acceptance per `json:/user_id`.",
  );
});

describe("a source that takes several events", () => {
  it("shows the body as a list, its examples too", () => {
    const { requestBody, description } = describeIt({ each: "json:/events" });
    const media = requestBody?.content["application/json"];
    assert(typeof media?.schema === "object" && "required" in media.schema);
    assert.deepEqual(media.schema.required, ["events"]);
    assert.deepEqual(media.examples?.["order.placed"]?.value, { events: [{ example: "order.placed" }] });
    assert.match(description ?? "", /a list of events at `json:\/events`/);
  });

  it("shows the forms of CloudEvents, whose attributes need not be headers", () => {
    const bodies = (over: Partial<SourceConfig>) =>
      Object.keys(describeIt({ format: "cloudevents", ...over }).requestBody?.content ?? {});
    const forms = ["application/json", "application/cloudevents+json"];
    assert.deepEqual(bodies({ mode: "sync" }), forms);
    assert.deepEqual(bodies({ mode: "ack" }), [...forms, "application/cloudevents-batch+json"]);
    assert.deepEqual(parametersOf({ format: "cloudevents" }), ["header Ce-Type", "header Ce-Source", "header Ce-Id"]);
  });
});

it("a handshake by POST is a further answer of its source", () => {
  const { responses } = describeIt({ preset: "slack" });
  assert.deepEqual(Object.keys(responses["200"]?.content ?? {}), ["application/json", "text/plain"]);
});
