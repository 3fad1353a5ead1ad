import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonProcess } from "../support/daemon-process.ts";
import { SignedSender } from "../support/signed-post.ts";

const handler = (version: number) => `
import { defineHandler } from "hookd";
export default defineHandler({ event: "tell.version", run: () => ({ version: ${version} }) });
`;

test("SIGHUP takes up new handlers and config, keeps the old ones if the new are faulty, and drops no request", async () => {
  const daemon = await DaemonProcess.start({ handlers: { "tell.ts": handler(1) } });
  const sender = new SignedSender();
  const ask = async (path = "sync") => {
    const { status, body } = await sender.post(`${daemon.publicUrl}/webhooks/${path}`, {
      type: "tell.version",
      data: { nonce: nonce++ },
    });
    return [status, body?.result?.version];
  };
  let nonce = 0;
  const reload = async (action: "reloaded" | "reload_failed") => {
    daemon.log.length = 0;
    daemon.signal("SIGHUP");
    return await daemon.logged((line) => line.action === "reloaded" || line.action === "reload_failed")
      .then((line) => assert.equal(line.action, action, JSON.stringify(line)));
  };
  const load = keepAsking(ask);
  assert.deepEqual(await ask(), [200, 1]);

  daemon.write("handlers/tell.ts", handler(2));
  await reload("reloaded");
  assert.deepEqual(await ask(), [200, 2]);

  daemon.write("handlers/tell.ts", `${handler(3)}\nthis is no TypeScript`);
  await reload("reload_failed");
  assert.deepEqual(await ask(), [200, 2]);

  daemon.write("handlers/tell.ts", handler(4));
  const { config } = daemon;
  daemon.configure({ ...config, retry: { attempts: "many" } });
  await reload("reload_failed");
  assert.deepEqual(await ask(), [200, 2]);

  const sources = config.sources as Record<string, { path: string }>;
  daemon.configure({ ...config, sources: { ...sources, more: { ...sources.sync, path: "/webhooks/more" } } });
  assert.deepEqual((await ask("more"))[0], 404);
  await reload("reloaded");
  assert.deepEqual(await ask("more"), [200, 4]);

  const versions = await load.end();
  assert.deepEqual(versions.filter(([status]) => status !== 200), []);
  sender.close();
  await daemon.end();
});

/** Asks without pause until told to end; resolves to all answers. */
function keepAsking(ask: () => Promise<unknown[]>): { end: () => Promise<unknown[][]> } {
  const answers: unknown[][] = [];
  let isOver = false;
  const asking = Promise.all(Array.from({ length: 4 }, async () => {
    while (!isOver) answers.push(await ask());
  }));
  return {
    end: async () => {
      isOver = true;
      await asking;
      return answers;
    },
  };
}
