/** The command as a user has it: a process of its own with its pipes, exit codes and working directory. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { hookdCall, runHookd } from "./support/run-hookd.ts";
import { jsonServer } from "./support/json-server.ts";
import { tempFolder } from "./support/temp-folder.ts";

const cwd = tempFolder();

test("--version is the one of package.json", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  assert.deepEqual(await runHookd(["--version"], { cwd }), { code: 0, out: `${version}\n`, err: "" });
});

test("a misspelt command is exit 2 with what was meant, in plain text", async () => {
  const { code, out, err } = await runHookd(["sned"], { cwd });
  assert.deepEqual({ code, out }, { code: 2, out: "" });
  assert.match(err, /^error: unknown command 'sned'\n\(Did you mean send\?\)\n/);
});

test("send without a hookd.yaml signs for a receiver that is named in full", async () => {
  const { url, asked } = await jsonServer(() => ({ status: 202, body: { status: "acknowledged" } }));
  const args = ["send", "order.placed", "--url", `${url}/in`, "--data", '{"id":1}', "--key", "k1"];
  const { code, out, err } = await runHookd(args, { cwd, env: { HOOKD_SECRET: "a secret of the environment" } });
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.match(out, /^202 Accepted in \d+\.\d ms\n\{"status":"acknowledged"\}\n$/);
  const [request] = asked;
  const expected = createHmac("sha256", "a secret of the environment").update('{"id":1}').digest("hex");
  assert.equal(request?.headers["x-webhook-signature"], `sha256=${expected}`);
  assert.equal(request?.headers["x-event-type"], "order.placed");
  assert.equal(request?.headers["x-idempotency-key"], "k1");
});

test("send to nobody is exit 1 with a hint and no stack", async () => {
  const { code, out, err } = await runHookd(["send", "a", "--url", "http://127.0.0.1:1/", "--secret", "s"], { cwd });
  assert.deepEqual({ code, out }, { code: 1, out: "" });
  assert.match(err, /^ERR_SEND_FAILED: .*ECONNREFUSED.*\nStart the daemon, or name its address with --url\.\n$/);
});

test("a listing into a pipe is plain lines without colour", async () => {
  const mailbox = { key: "events:u1", source: "events", state: "parked", waiting: 2 };
  const { url } = await jsonServer(() => ({ body: { items: [mailbox] } }));
  const args = ["mailbox", "list", "--admin", url];
  assert.deepEqual(await runHookd(args, { cwd }), { code: 0, out: "events:u1\tparked\t2\n", err: "" });
});

test("the admin token comes from the environment, and a refusal names what to do", async () => {
  const { url } = await jsonServer(({ headers }) =>
    headers.authorization === "Bearer right" ? { body: { items: [] } } : { status: 401, body: { detail: "no token" } }
  );
  const args = ["events", "list", "--admin", url];
  assert.equal((await runHookd(args, { cwd, env: { HOOKD_ADMIN_TOKEN: "right" } })).code, 0);
  const { code, err } = await runHookd(args, { cwd });
  assert.equal(code, 1);
  assert.match(err, /^ERR_ADMIN_REFUSED: .*no token\nSet HOOKD_ADMIN_TOKEN or --token/);
});

test("a reader that has seen enough ends an export quietly", async () => {
  // Far more than a pipe holds, so that hookd is still writing when its reader goes.
  const letter = { id: "a", event: { data: "x".repeat(1000) } };
  const { url } = await jsonServer(() => ({ body: { items: new Array(1000).fill(letter), next: "more" } }));
  const { file, args, env } = hookdCall(["dlq", "export", "--admin", url], { cwd });
  const script = '{ "$0" "$@"; echo "exit code $?" >&2; } | head -n 1 > /dev/null';
  const { stderr } = await promisify(execFile)("sh", ["-c", script, file, ...args], { cwd, env });
  assert.equal(stderr, "exit code 0\n");
});

test("an export of any length arrives whole", async () => {
  const letter = { id: "a", event: { data: "x".repeat(1000) } };
  const { url } = await jsonServer(({ url }) => ({
    body: { items: new Array(1000).fill(letter), next: url.includes("cursor") ? null : "more" },
  }));
  const { code, out } = await runHookd(["dlq", "export", "--admin", url], { cwd });
  assert.equal(code, 0);
  assert.equal(out.split("\n").length, 2001);
});
