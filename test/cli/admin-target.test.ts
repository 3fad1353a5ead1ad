import assert from "node:assert/strict";
import { test } from "node:test";
import { type AdminOptions, withAdmin } from "../../src/cli/admin-target.ts";
import { aConfig } from "../support/a-config.ts";
import { type Asked, jsonServer } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

const { url, asked } = await jsonServer(() => ({}));
const { hostname: host, port } = new URL(url);
const config = aConfig({ admin: { listen: { host, port: Number(port) }, token: "of-the-file", hosts: [] } });

/** Asks once and tells with which token; the server above is the one of the configuration. */
async function tokenSent(
  options: AdminOptions,
  env: Record<string, string> = {},
): Promise<Asked["headers"]["authorization"]> {
  const loaded: string[] = [];
  const needs = recordedNeeds({
    env,
    loadConfig: (file) => {
      loaded.push(file);
      return Promise.resolve(config);
    },
  });
  await withAdmin(options, needs, (client) => client.get("/mailboxes"));
  assert.deepEqual(loaded, options.config === undefined ? [] : [options.config]);
  return asked.at(-1)?.headers.authorization;
}

test("address and token come from the configuration that is named", async () => {
  assert.equal(await tokenSent({ config: "some.yaml" }), "Bearer of-the-file");
});

test("--token wins over the environment, and that over the configuration", async () => {
  const env = { HOOKD_ADMIN_TOKEN: "of-the-env" };
  assert.equal(await tokenSent({ config: "some.yaml", token: "of-the-option" }, env), "Bearer of-the-option");
  assert.equal(await tokenSent({ config: "some.yaml" }, env), "Bearer of-the-env");
  assert.equal(await tokenSent({ config: "some.yaml" }, { HOOKD_ADMIN_TOKEN: "" }), "Bearer of-the-file");
});

test("an address of one's own is not given the token of this folder's configuration", async () => {
  assert.equal(await tokenSent({ admin: url }), undefined);
});

test("the client is closed when the act fails", async () => {
  const needs = recordedNeeds();
  await assert.rejects(
    withAdmin({ admin: url }, needs, async (client) => {
      await client.get("/mailboxes");
      throw new Error("the act failed");
    }),
    /the act failed/,
  );
});
