import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findTarget, type TargetOptions } from "../../src/cli/send-target.ts";
import type { Config } from "../../src/config.ts";
import { HookdError } from "../../src/errors.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";
import { tempFolder } from "../support/temp-folder.ts";

const SECRET = "a-shared-secret-of-this-test";
const users = aSource({ name: "users", path: "/webhooks/users", type: "users.{json:/action}" });
const github = aSource({ name: "github", path: "/webhooks/github", preset: "github", type: undefined });
const beats = aSource({ name: "beats", path: "/webhooks/beats", type: "literal:beat" });
const billing = aSource({ name: "billing", path: "/webhooks/billing", types: ["invoice.*"] });
const config = aConfig({
  sources: [beats, billing, aSource(), users, github],
  disabled: [{ name: "stripe", path: "/webhooks/stripe", reason: "STRIPE_SECRET is not set" }],
});

async function target(type: string, options: TargetOptions, over: Partial<Config> = {}) {
  const needs = recordedNeeds({ loadConfig: () => Promise.resolve({ ...config, ...over }) });
  const { source, ...rest } = await findTarget(type, { config: "hookd.yaml", ...options }, needs);
  return { ...rest, source: source?.name };
}

for (
  const [what, type, options, expected] of [
    ["the first source that takes any type by default", "user.created", {}, {
      source: "events",
      url: "http://127.0.0.1:8080/webhooks/events",
    }],
    ["the source whose template makes the type", "users.created", {}, {
      source: "users",
      url: "http://127.0.0.1:8080/webhooks/users",
    }],
    ["the source that lists the type", "invoice.paid", {}, { source: "billing" }],
    ["the source whose one type it is", "beat", {}, { source: "beats" }],
    ["the first source that names no types of its own", "beat.late", {}, { source: "events" }],
    ["a source by name", "push", { source: "github" }, { source: "github", preset: "github" }],
    ["the source at the path of the URL", "push", { url: "http://host:1/webhooks/github" }, {
      source: "github",
      url: "http://host:1/webhooks/github",
    }],
    ["a host with the source's path", "user.created", { url: "http://host:1" }, {
      url: "http://host:1/webhooks/events",
    }],
    ["a preset and a secret of one's own", "a", { preset: "github", secret: "mine" }, {
      preset: "github",
      secret: "mine",
    }],
  ] as const
) {
  test(`send goes to ${what}`, async () => {
    const found = await target(type, options);
    assert.deepEqual({ ...found, ...expected }, found);
  });
}

test("a URL that no source has is another receiver's: it is not signed with this project's secret", async () => {
  await assert.rejects(target("a", { url: "http://host:1/other" }), { code: "ERR_USAGE" });
  const found = await target("a", { url: "http://host:1/other", secret: "mine" });
  assert.deepEqual(found, { url: "http://host:1/other", secret: "mine", preset: "hookd", source: undefined });
});

for (
  const [listen, url] of [
    [{ host: "0.0.0.0", port: 80 }, "http://127.0.0.1/webhooks/events"],
    [{ host: "::", port: 8080 }, "http://[::1]:8080/webhooks/events"],
    [{ host: "hooks.internal", port: 8080 }, "http://hooks.internal:8080/webhooks/events"],
  ] as const
) {
  test(`a daemon that listens at ${listen.host} is reached at ${url}`, async () => {
    assert.equal((await target("user.created", {}, { listen })).url, url);
  });
}

/** As `loadConfig` does: a secret that is not set becomes the one that is given. */
async function targetWithoutSecret(dataDir: string) {
  const needs = recordedNeeds({
    loadConfig: (_file, { devSecret }) =>
      Promise.resolve({ ...config, dataDir, sources: [aSource({ secrets: [devSecret] })] }),
  });
  return await findTarget("user.created", { config: "hookd.yaml" }, needs);
}

test("where the source's secret is not set, the one that serve --dev made is used", async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "dev-secret"), "made-by-serve\n");
  assert.equal((await targetWithoutSecret(join(folder, "data"))).secret, "made-by-serve");
});

test("where there is none either, send says so and never signs with a stand-in", async () => {
  await assert.rejects(targetWithoutSecret("/nowhere"), (error: unknown) => {
    assert.ok(error instanceof HookdError);
    assert.equal(error.code, "ERR_USAGE");
    assert.match(error.message, /secret of source "events" is not set.*\/nowhere\/dev-secret/);
    return true;
  });
});

for (
  const [what, options, message] of [
    ["a source that is misspelt", { source: "evnts" }, /no source "evnts"; did you mean "events"\?/],
    ["a source that is unknown", { source: "invoicing" }, /known: beats, billing, events, users, github/],
    ["a source that is off", { source: "stripe" }, /"stripe" is off: STRIPE_SECRET is not set/],
  ] as const
) {
  test(`${what} is wrong usage`, () => assert.rejects(target("a", options), { code: "ERR_USAGE", message }));
}

test("a port of the system's choice needs --url", async () => {
  const listen = { host: "127.0.0.1", port: 0 };
  await assert.rejects(target("user.created", {}, { listen }), { code: "ERR_USAGE", message: /--url/ });
  assert.equal((await target("user.created", { url: "http://h:1" }, { listen })).secret, SECRET);
});
