import assert from "node:assert/strict";
import { it } from "node:test";
import { compileRoutes } from "../../src/accept/routes.ts";
import { publicApi } from "../../src/daemon/public-api.ts";
import { createHandlerTable } from "../../src/execute/handler-table.ts";
import { aConfig, aSource } from "../support/a-config.ts";

const needsTotal = { type: "object", required: ["total"] };
const handlers = createHandlerTable([
  { file: 0, fileName: "order.ts", events: ["order.placed"], retry: {}, schema: needsTotal },
  { file: 1, fileName: "other.ts", events: ["order.lost"], retry: {}, schema: needsTotal },
]);

it("each source is an operation, and each preset in use a way to sign", () => {
  const sources = [aSource(), aSource({ name: "github", path: "/gh", preset: "github" })];
  const { operations, securitySchemes, unrouted } = publicApi({
    routes: compileRoutes(aConfig({ sources })),
    handlers,
  });
  assert.deepEqual(operations.map(({ method, path }) => `${method} ${path}`), [
    "post /webhooks/events",
    "post /gh",
    "get /webhooks/status/{event_id}",
  ]);
  assert.deepEqual(Object.keys(securitySchemes), ["signature_hookd", "signature_github"]);
  assert.deepEqual(unrouted.map(({ code }) => code), ["not_found", "method_not_allowed", "draining"]);
});

it("an example is a body that the source and the handler take; where hookd knows none there is none", () => {
  const schema = { required: ["at"], properties: { at: { type: "string", format: "date-time" } } };
  const { operations } = publicApi({ routes: compileRoutes(aConfig({ sources: [aSource({ schema })] })), handlers });
  const examples = operations[0]?.description.requestBody?.content["application/json"]?.examples ?? {};
  assert.deepEqual(Object.keys(examples), ["order.placed"]);
  const { event_type, at, data } = examples["order.placed"]!.value as Record<string, unknown>;
  assert.deepEqual([event_type, at], ["order.placed", "2026-01-01T12:00:00.000Z"]);
  assert.equal((data as { total: number }).total, 25);
});
