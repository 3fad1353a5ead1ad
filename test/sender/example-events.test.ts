import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { PRESET_NAMES } from "../../src/presets/registry.ts";
import { exampleData, exampleType } from "../../src/sender/example-events.ts";
import type { SourceConfig } from "../../src/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { SIGNABLE } from "../../src/sender/sender-presets.ts";
import { createSender } from "../../src/sender/sender.ts";

for (
  const [source, type] of [
    [{ preset: "hookd", type: "json:/event_type" }, "user.created"],
    [{ preset: "hookd", type: undefined }, "user.created"],
    [{ preset: "hookd", type: "users.{json:/action}" }, "users.created"],
    [{ preset: "hookd", type: "orders.{json:/action}" }, "orders.placed"],
    [{ preset: "hookd", type: "literal:ping" }, "ping"],
    [{ preset: "github", type: undefined }, "ping"],
    [{ preset: "stripe", type: undefined }, "payment_intent.succeeded"],
    [{ preset: "standard", type: undefined }, "invoice.paid"],
    [{ preset: "clerk", type: undefined }, "invoice.paid"],
    [{ preset: "adyen", type: undefined }, "AUTHORISATION"],
    [{ preset: "dropbox", type: undefined }, "list_folder"],
    [{ preset: "slack", type: undefined }, "user.created"],
    [{ preset: "constructor", type: undefined }, "user.created"],
  ] as const
) {
  test(`an example for ${source.preset} with type ${source.type ?? "by preset"} is ${type}`, () => {
    assert.equal(exampleType(source), type);
  });
}

test("a type that hookd does not ship gets a greeting, whatever its name", () => {
  assert.deepEqual(exampleData("toString"), { message: "Hello from hookd send" });
});

const HERE = fileURLToPath(new URL("../../hookd.yaml", import.meta.url));
const { config } = await loadConfig(HERE, {
  env: {
    HOOKD_GITHUB_SECRET: "a secret for github",
    HOOKD_STRIPE_SECRET: "whsec_stripe",
    HOOKD_STANDARD_SECRET: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
  },
  presets: PRESET_NAMES,
  devSecret: "a secret for development",
});

for (const source of config.sources) {
  test(`the shipped source ${source.name} gets an example that its schema takes`, () => {
    const type = exampleType(source);
    const sender = createSender({
      url: "http://127.0.0.1:1/",
      secret: source.secrets[0] ?? "",
      preset: source.preset,
      source,
    });
    const body: unknown = JSON.parse(new TextDecoder().decode(sender.prepare({ type, data: exampleData(type) }).body));
    const errors = source.schema === undefined ? [] : Value.Errors(source.schema as TSchema, body);
    assert.deepEqual(errors, []);
  });
}

for (const preset of SIGNABLE) {
  test(`hookd send needs nothing said to sign an example for ${preset}`, () => {
    const type = exampleType({ preset, type: undefined });
    const sender = createSender({ url: "http://127.0.0.1:1/", secret: "00112233", preset });
    assert.ok(sender.prepare({ type, data: exampleData(type) }).body.byteLength > 0);
  });
}

test("there is an example for every type that the shipped schemas and the contract name", () => {
  const [events, users, orders] = ["events", "users", "orders"].map((name) =>
    config.sources.find((source) => source.name === name)
  );
  assert.ok(events && users && orders);
  const actions = (source: SourceConfig) =>
    (source.schema as { properties: { action: { enum: string[] } } }).properties.action.enum;
  const types = [
    ...["user.created", "user.updated", "user.deleted", "order.placed", "order.completed", "payment.received"],
    ...actions(users).map((action) => `users.${action}`),
    ...actions(orders).map((action) => `orders.${action}`),
  ];
  const greeting = exampleData("no such type");
  assert.deepEqual(types.filter((type) => isDeepStrictEqual(exampleData(type), greeting)), []);
});
