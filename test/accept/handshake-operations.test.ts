import assert from "node:assert/strict";
import { it } from "node:test";
import { handshakeOperations, handshakeResponses } from "../../src/accept/handshake-operations.ts";
import type { SourceConfig } from "../../src/config.ts";
import { aRoute } from "./a-route.ts";
import { SECRETS } from "./sign-as.ts";

function route(preset: string, over: Partial<SourceConfig> = {}) {
  const secrets = SECRETS[preset] === undefined ? {} : { secrets: [SECRETS[preset]] };
  return aRoute({ preset, params: { verify_token: "t", topic_arn: "arn" }, ...secrets, ...over });
}

it("a GET is an operation of its own, with the parameters that its sender sends", () => {
  const rows: [preset: string, parameters: string[]][] = [
    ["x", ["crc_token"]],
    ["dropbox", ["challenge"]],
    ["meta", ["hub.mode", "hub.challenge", "hub.verify_token"]],
  ];
  for (const [preset, parameters] of rows) {
    const [operation, ...more] = handshakeOperations(route(preset));
    assert.deepEqual([operation?.method, operation?.path, more], ["get", "/webhooks/events", []]);
    assert.deepEqual(operation?.description.parameters?.map(({ name }) => name), parameters);
    assert.deepEqual(Object.keys(operation?.description.responses ?? {}), ["200", "400", "401", "500", "503"]);
  }
});

it("an OPTIONS is one where origins are named", () => {
  const operations = handshakeOperations(route("hookd", { format: "cloudevents", origins: ["a.example"] }));
  assert.deepEqual(operations.map(({ method }) => method), ["options"]);
});

it("a POST has further answers, each with what is really answered", () => {
  const zoom = handshakeResponses(route("zoom"))["200"]?.content?.["application/json"];
  assert.deepEqual(Object.keys(zoom?.examples ?? {}), ["endpoint.url_validation"]);
  const discord = handshakeResponses(route("discord"));
  assert.deepEqual(Object.keys(discord), ["200", "204"]);
  assert.deepEqual(discord["200"]?.content?.["application/json"]?.schema, {
    type: "object",
    properties: { type: { type: "number" } },
    required: ["type"],
    additionalProperties: false,
  });
  assert.deepEqual(Object.keys(handshakeResponses(route("slack"))["200"]?.content ?? {}), ["text/plain"]);
});

it("a source without a handshake has none of this", () => {
  assert.deepEqual([handshakeOperations(route("hookd")), handshakeResponses(route("hookd"))], [[], {}]);
  assert.deepEqual(handshakeOperations(route("slack")), []);
  assert.deepEqual(handshakeResponses(route("dropbox")), {});
});
