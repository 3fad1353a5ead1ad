import assert from "node:assert/strict";
import { it } from "node:test";
import { faultsOf, loadText, withSource } from "../support/a-config-file.ts";

const least = `presets:
  acme:
    signature: { in: ["header:X-Acme-Signature"], take: { "": hmac-sha256 }, encoding: base64 }
    key: { hmac-sha256: utf8 }
    content: "{body}"
`;

it("a preset that says the least gets the defaults of a patient sender", async () => {
  const { config } = await loadText(withSource(least));
  assert.deepEqual(config.presets, {
    acme: {
      signature: { in: ["header:X-Acme-Signature"], take: { "": "hmac-sha256" }, encoding: "base64" },
      key: { "hmac-sha256": "utf8" },
      content: "{body}",
      type: "json:/type",
      keys: [],
      changedBody: "duplicate",
      ackDeadlineMs: 10_000,
      retryHorizonMs: 86_400_000,
    },
  });
});

it("a preset has each of its settings taken over", async () => {
  const text = `presets:
  acme:
    signature: { in: ["header:X-A", "json:/s"], items: ",", pair: "=", take: { v1: ed25519 }, encoding: hex }
    key: { ed25519: pem }
    content: "{json:/a}.{url}"
    optional: ["json:/a"]
    urls: default-port
    body_hash: query:sha
    each: /items/*
    time: { in: "kv:t", unit: ms }
    tolerance: 11s
    type: header:X-Type
    keys: ["json:/id"]
    changed_body: reject
    ack_deadline: 12s
    retry_horizon: 13h
    weak: a reason
`;
  const { config } = await loadText(withSource(text));
  assert.deepEqual(config.presets["acme"], {
    signature: {
      in: ["header:X-A", "json:/s"],
      items: ",",
      pair: "=",
      take: { v1: "ed25519" },
      encoding: "hex",
    },
    key: { ed25519: "pem" },
    content: "{json:/a}.{url}",
    optional: ["json:/a"],
    urls: "default-port",
    bodyHash: "query:sha",
    each: "/items/*",
    time: { in: "kv:t", unit: "ms" },
    toleranceMs: 11_000,
    type: "header:X-Type",
    keys: ["json:/id"],
    changedBody: "reject",
    ackDeadlineMs: 12_000,
    retryHorizonMs: 13 * 3_600_000,
    weak: "a reason",
  });
});

it("a source may sign by it, and no preset of hookd's can be replaced", async () => {
  const named = withSource(least).replace("verify: {", "verify: { preset: acme,");
  assert.equal((await loadText(named)).config.sources[0]?.preset, "acme");
  const [fault, ...more] = await faultsOf(withSource(least.replace("acme", "github")));
  assert.deepEqual(more, []);
  assert.match(fault ?? "", /presets\.github: expected a name that hookd has no preset of/);
});

it("a value that no preset can have is a fault with its place", async () => {
  const [fault, ...more] = await faultsOf(withSource(least.replace("hmac-sha256 }, enc", "hmac-md5 }, enc")));
  assert.deepEqual(more, []);
  assert.match(fault ?? "", /presets\.acme\.signature\.take/);
});
