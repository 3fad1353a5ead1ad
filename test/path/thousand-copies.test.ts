import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonProcess } from "../support/daemon-process.ts";
import { SignedSender } from "../support/signed-post.ts";

const COPIES = 1000;

for (const [path, first] of [["events", 202], ["sync", 200]] as const) {
  test(`a thousand copies of one event at once are one run, at the source \`${path}\``, async () => {
    const daemon = await DaemonProcess.start();
    const sender = new SignedSender({ connectionsMax: COPIES });
    const copy = { type: "work.paired", key: "the same", data: { seq: 7 } };
    const answers = await Promise.all(
      Array.from({ length: COPIES }, () => sender.post(`${daemon.publicUrl}/webhooks/${path}`, copy)),
    );
    await daemon.settled();
    sender.close();

    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([first, ...late(answers)]));
    const ids = new Set(answers.map(({ body }) => body.event_id));
    assert.equal(ids.size, 1);
    const starts = daemon.effects().filter(({ isEnd }) => !isEnd);
    assert.deepEqual(starts.map(({ id }) => id), [...ids]);
    if (path === "sync") { for (const { body } of answers) assert.deepEqual(body.result, { seq: 7 }); }

    const metrics = await (await fetch(`${daemon.adminUrl}/metrics`)).text();
    assert.match(metrics, new RegExp(`^hookd_events_duplicate_total\\{source="${path}"\\} ${COPIES - 1}$`, "m"));
    assert.match(metrics, new RegExp(`^hookd_events_accepted_total\\{source="${path}",type="[^"]*"\\} 1$`, "m"));
    await daemon.end();
  });
}

/** A copy that came when the event was settled is told so with a 200. */
function late(answers: { status: number; body: { status: string } }[]): number[] {
  return answers.some(({ body }) => body.status === "already_processed") ? [200] : [];
}
