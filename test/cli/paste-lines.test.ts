import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { promisify } from "node:util";
import { pasteLines } from "../../src/cli/paste-lines.ts";
import { aConfig, aSource } from "../support/a-config.ts";
import { jsonServer } from "../support/json-server.ts";
import { recordedNeeds } from "../support/recorded-needs.ts";

const DEV_SECRET = "it's made by serve --dev";
const schema = { required: ["timestamp"], properties: { timestamp: { format: "date-time" } } };
const source = aSource({ secrets: [DEV_SECRET], schema });

function needsOf(listen: { host: string; port: number }) {
  return recordedNeeds({
    invocation: "node dist/src/main.js",
    loadConfig: () => Promise.resolve(aConfig({ listen, sources: [source] })),
  });
}

const fixed = { host: "127.0.0.1", port: 8080 };
const daemon = { publicUrl: "http://127.0.0.1:8080", devSecret: DEV_SECRET };

test("the send line calls hookd as it was called, and names only what the file does not say", async () => {
  const plain = await pasteLines(daemon, "hookd.yaml", needsOf(fixed));
  assert.equal(plain?.send, "node dist/src/main.js send user.created --source events");
  const elsewhere = { publicUrl: "http://127.0.0.1:4321" };
  const full = await pasteLines(elsewhere, "my conf/hookd.yaml", needsOf({ host: "127.0.0.1", port: 0 }));
  assert.equal(
    full?.send,
    "node dist/src/main.js send user.created --source events --config 'my conf/hookd.yaml' " +
      "--url http://127.0.0.1:4321/webhooks/events",
  );
});

test("the curl line, read by a shell, has a genuine signature over its exact body", async () => {
  const lines = await pasteLines(daemon, "hookd.yaml", needsOf(fixed));
  const words = execFileSync("sh", ["-c", `printf '%s\\0' ${lines?.curl}`], { encoding: "utf8" }).split("\0");
  const body = words[words.indexOf("--data-binary") + 1] ?? "";
  const signature = createHmac("sha256", DEV_SECRET).update(body).digest("hex");
  assert.ok(words.includes(`x-webhook-signature: sha256=${signature}`));
  assert.equal(words[2], "http://127.0.0.1:8080/webhooks/events");
  assert.equal(JSON.parse(body).event_type, "user.created");
  assert.ok(!Number.isNaN(Date.parse(JSON.parse(body).timestamp)));
  assert.ok(!lines?.curl.includes(DEV_SECRET));
});

const hasCurl = await promisify(execFile)("curl", ["--version"]).then(() => true, () => false);

test("curl sends that line as it stands", { skip: hasCurl ? false : "there is no curl here" }, async () => {
  const { url, asked } = await jsonServer(() => ({ body: { status: "processed" } }));
  const lines = await pasteLines({ publicUrl: url }, "hookd.yaml", needsOf(fixed));
  const { stdout } = await promisify(execFile)("sh", ["-c", lines?.curl ?? ""]);
  assert.equal(stdout, '{"status":"processed"}');
  const [request] = asked;
  assert.ok(request);
  const expected = createHmac("sha256", DEV_SECRET).update(request.body).digest("hex");
  assert.equal(request.headers["x-webhook-signature"], `sha256=${expected}`);
  assert.equal(request.headers["content-type"], "application/json");
});

test("where no source can be signed for there are no lines", async () => {
  const needs = recordedNeeds({
    loadConfig: () => Promise.resolve(aConfig({ sources: [aSource({ preset: "paypal" })] })),
  });
  assert.equal(await pasteLines(daemon, "hookd.yaml", needs), undefined);
});
