import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { type Daemon, startDaemon } from "../../src/daemon/daemon.ts";
import { aProjectFolder } from "../support/a-project-folder.ts";

const SECRET = "a secret of this test, long enough";
const HANDLER =
  `export default { [Symbol.for("hookd.handler")]: true, event: "greeted", run: () => ({ hello: true }) };\n`;

/** A project with one source and one handler; what is given replaces keys of its config. */
function projectFile(over: Record<string, unknown> = {}): string {
  const config = {
    listen: "127.0.0.1:0",
    admin: { listen: "127.0.0.1:0" },
    handlers: "./handlers",
    pool: { threads: 1 },
    log: { level: "error" },
    sources: { greetings: { path: "/in", mode: "sync", verify: { secrets: [SECRET] } } },
    ...over,
  };
  const file = aProjectFolder("", { "greeted.mjs": HANDLER });
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function greet(daemon: Daemon): Promise<Response> {
  const body = '{"from":"a friend"}';
  const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
  const headers = { "X-Webhook-Signature": signature, "X-Event-Type": "greeted", "Content-Type": "application/json" };
  return await fetch(`${daemon.publicUrl}/in`, { method: "POST", headers, body });
}

describe("the daemon", () => {
  const file = projectFile();
  let daemon: Daemon;
  after(() => daemon?.drain());

  it("is ready when it says so", async () => {
    daemon = await startDaemon({ configFile: file, dev: false });
    const answer = await greet(daemon);
    assert.equal(answer.status, 200);
    const { status, result } = await answer.json() as { status: string; result: unknown };
    assert.deepEqual([status, result], ["processed", { hello: true }]);
    const ready = await fetch(`${daemon.adminUrl}/readyz`);
    assert.equal(ready.status, 200);
    await ready.body?.cancel();
  });

  it("keeps a second one off its data, and off its address", async () => {
    await assert.rejects(startDaemon({ configFile: file, dev: false }), { code: "ERR_STORE_LOCKED" });
    const taken = projectFile({ listen: new URL(daemon.publicUrl).host });
    await assert.rejects(startDaemon({ configFile: taken, dev: false }), { code: "ERR_LISTEN_FAILED" });
  });

  it("refuses a reload that is faulty or needs a restart, and goes on as it was", async () => {
    const { readFileSync } = await import("node:fs");
    const good = readFileSync(file, "utf8");
    writeFileSync(file, "sources: 7\n");
    await assert.rejects(daemon.reload(), { code: "ERR_CONFIG_INVALID" });
    writeFileSync(file, JSON.stringify({ ...JSON.parse(good), data: "./elsewhere" }));
    await assert.rejects(daemon.reload(), { code: "ERR_CONFIG_INVALID", message: /restart: data/ });
    writeFileSync(file, good);
    await daemon.reload();
    const answer = await greet(daemon);
    assert.equal(answer.status, 200);
    assert.equal((await answer.json() as { status: string }).status, "already_processed");
  });

  it("drains once, and has its folder free for the next", async () => {
    await Promise.all([daemon.drain(), daemon.drain()]);
    daemon = await startDaemon({ configFile: file, dev: false });
    const answer = await greet(daemon);
    assert.equal((await answer.json() as { status: string }).status, "already_processed");
  });
});

describe("a start that fails", () => {
  it("tells the faults of the project", async () => {
    await assert.rejects(startDaemon({ configFile: projectFile({ sources: {} }), dev: false }), {
      code: "ERR_CONFIG_INVALID",
    });
    await assert.rejects(startDaemon({ configFile: "/nowhere/hookd.yaml", dev: false }), {
      code: "ERR_CONFIG_UNREADABLE",
    });
  });
});
