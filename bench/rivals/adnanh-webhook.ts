/** adnanh/webhook: checks the HMAC by a rule of its own, answers 200, and runs a command for each event. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningSubject, Subject } from "../subject.ts";
import { missingPrograms, programVersion } from "./installed.ts";
import { freePort, ProcessGroup } from "./process-group.ts";
import { BENCH_SECRET } from "../terms.ts";

const HOOK = {
  id: "bench",
  "execute-command": "/bin/true",
  "http-methods": ["POST"],
  "incoming-payload-content-type": "application/json",
  // A rule that does not hold is otherwise answered with 200, and a signature that does not hold with 500; it is only
  // within an `or` that the latter counts as a rule that does not hold.
  "trigger-rule-mismatch-http-response-code": 401,
  "trigger-signature-soft-failures": true,
  "trigger-rule": {
    or: [{
      match: {
        type: "payload-hmac-sha256",
        secret: BENCH_SECRET,
        parameter: { source: "header", name: "X-Webhook-Signature" },
      },
    }],
  },
};

export const adnanhWebhook: Subject = {
  name: "adnanh-webhook",
  title: "adnanh/webhook",
  promises: "Verified, and a command has been or is about to be started.",
  lacks:
    "Stores nothing: what had not ended at a crash is gone, a failed command is not run again. No idempotency key, no " +
    "order, no bound on the commands that run at once.",
  unavailable: () => Promise.resolve(missingPrograms({ webhook: "webhook" })),
  versions: async () => ({ webhook: await programVersion("webhook", "-version") }),
  start,
};

/** It counts no events that it has handled, and a command that counts would cost more than `/bin/true`. */
async function start(folder: string): Promise<RunningSubject> {
  const hooks = join(folder, "hooks.json");
  writeFileSync(hooks, JSON.stringify([HOOK]));
  const port = await freePort();
  const group = new ProcessGroup({
    name: "webhook",
    run: ["webhook", "-hooks", hooks, "-urlprefix", "webhooks", "-ip", "127.0.0.1", "-port", String(port)],
    folder,
  });
  await group.ready(port);
  return { url: `http://127.0.0.1:${port}/webhooks/bench`, stop: () => group.stop() };
}
