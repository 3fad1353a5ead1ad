import assert from "node:assert/strict";
import { it } from "node:test";
import type { Operation } from "../../src/operation.ts";
import { OPERATIONS } from "../../src/watch/admin-operations.ts";
import { openApiDocument } from "../../src/watch/openapi-document.ts";

const send: Operation = {
  method: "post",
  path: "/in",
  description: { operationId: "send_in", tags: ["sources"], summary: "Send", responses: {} },
};
const needs = {
  version: "1.2.3",
  adminUrl: "http://admin",
  adminRoutes: [
    { method: "GET" as const, path: "/events/:id", operation: OPERATIONS.showEvent, answer: () => assert.fail() },
    { method: "DELETE" as const, path: "/events/:id", operation: OPERATIONS.dropLetter, answer: () => assert.fail() },
  ],
  publicApi: {
    url: "http://public",
    operations: [send],
    schemas: { order: { type: "object" } },
    securitySchemes: { signature_hookd: {} },
    unrouted: [{ status: 503, code: "draining", when: "It stops", example: {} }],
  },
};

it("both listeners are in it, each operation with its own server", () => {
  const { openapi, info, paths } = openApiDocument(needs);
  assert.deepEqual([openapi, info.version], ["3.1.1", "1.2.3"]);
  assert.deepEqual(Object.keys(paths), ["/events/{id}", "/in"]);
  assert.deepEqual(Object.keys(paths["/events/{id}"] ?? {}), ["get", "delete"]);
  assert.deepEqual(paths["/in"]?.["post"], { ...send.description, servers: [{ url: "http://public" }] });
  assert.deepEqual((paths["/events/{id}"]!["get"] as { servers: unknown }).servers, [{ url: "http://admin" }]);
});

it("what both need stands in it once: schemas, ways to sign, and what is answered where nothing is", () => {
  const { components: { schemas, responses, securitySchemes } } = openApiDocument(needs);
  assert.deepEqual(Object.keys(schemas), ["Problem", "order"]);
  assert.deepEqual(Object.keys(securitySchemes), ["admin_token", "signature_hookd"]);
  assert.deepEqual(Object.keys(responses), [
    "not_found",
    "method_not_allowed",
    "admin_token_invalid",
    "origin_not_allowed",
    "host_not_allowed",
    "draining",
  ]);
});

it("a source that has the path of an admin route takes its place", () => {
  const events = { ...send, path: "/events/{id}", method: "get" as const };
  const { paths } = openApiDocument({ ...needs, publicApi: { ...needs.publicApi, operations: [events] } });
  assert.deepEqual(Object.keys(paths["/events/{id}"] ?? {}), ["get", "delete"]);
  assert.equal((paths["/events/{id}"]!["get"] as { operationId: string }).operationId, "send_in");
});
