import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { account, accountLine, AckLog, type Evidence } from "../support/ack-log.ts";
import { DaemonProcess, RUNTIME } from "../support/daemon-process.ts";
import { SignedSender } from "../support/signed-post.ts";

const LIMITS = { limits: { drain: "1s" } };

/** Sends under load until nobody answers any more, and keeps what was acked. */
async function sendUntilGone(daemon: DaemonProcess, acked: AckLog): Promise<Set<number>> {
  const sender = new SignedSender();
  const statuses = new Set<number>();
  const url = `${daemon.publicUrl}/webhooks/events`;
  await Promise.all(Array.from({ length: 16 }, async (_, lane) => {
    for (let seq = 0;; seq++) {
      const [key, data] = [`${lane}:${seq}`, { order: `lane-${lane}`, seq }];
      const answer = await sender.post(url, { type: "work.flaky", key, data }).catch(() => undefined);
      if (answer === undefined) return;
      statuses.add(answer.status);
      if (answer.status !== 202) return;
      const sha256 = createHash("sha256").update(JSON.stringify(data)).digest("hex");
      acked.add({ key, eventId: answer.body.event_id, sha256, ...data });
    }
  }));
  sender.close();
  return statuses;
}

async function evidenceOf(daemon: DaemonProcess, acked: AckLog): Promise<Evidence> {
  const ids = [...acked.acks.values()].map(({ eventId }) => eventId);
  const states = new Map<string, string>();
  for (const id of ids) states.set(id, (await daemon.admin(`/events/${id}`)).body.state);
  return { acked, effects: daemon.effects(), states, letters: [] };
}

async function postGated(daemon: DaemonProcess, count: number): Promise<string[]> {
  const sender = new SignedSender();
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const post = { type: "work.gated", key: `gated-${index}`, data: {} };
    ids.push((await sender.post(`${daemon.publicUrl}/webhooks/events`, post)).body.event_id);
  }
  sender.close();
  await daemon.until("the start of the gated runs", () => daemon.effects().length === count || undefined);
  return ids;
}

test("SIGTERM under load drains and exits 0, and what was not finished runs after the restart, uncharged", async () => {
  const daemon = await DaemonProcess.start({ config: LIMITS });
  const gated = await postGated(daemon, 3);
  const acked = new AckLog();
  const sending = sendUntilGone(daemon, acked);
  await daemon.until("some load", () => acked.acks.size > 300 || undefined);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assert.deepEqual([...await sending].filter((status) => status !== 202 && status !== 503), []);
  const actions = daemon.log.map(({ action }) => action);
  assert.ok(actions.includes("draining") && actions.includes("stopped"), actions.slice(-5).join());

  await daemon.launch();
  await daemon.settled();
  const found = account(await evidenceOf(daemon, acked));
  console.log(accountLine({ row: 36, runtime: RUNTIME }, { ...found, foreign: [] }));
  const { lost, twice, disorder } = found;
  assert.deepEqual({ lost, twice, disorder }, { lost: [], twice: [], disorder: [] });
  for (const id of gated) {
    assert.deepEqual(daemon.effects().filter((effect) => effect.id === id).map(({ attempt }) => attempt), [1, 1]);
    const { state, attempts } = (await daemon.admin(`/events/${id}`)).body;
    assert.deepEqual([state, attempts.length], ["completed", 1]);
  }
  await daemon.end();
});

test("a sender that waits for its handler when SIGTERM comes still gets the outcome", async () => {
  const daemon = await DaemonProcess.start();
  const sender = new SignedSender();
  const answer = sender.post(`${daemon.publicUrl}/webhooks/sync`, { type: "work.gated", key: "k", data: { seq: 3 } });
  await daemon.until("the start of the run", () => daemon.effects().length === 1 || undefined);
  daemon.signal("SIGTERM", { mayEnd: true });
  await daemon.logged(({ action }) => action === "draining");
  daemon.openGate();
  const { status, body } = await answer;
  assert.deepEqual([status, body.status, body.result], [200, "processed", { seq: 3 }]);
  assert.deepEqual(await daemon.ended(), { code: 0, signal: null });
  sender.close();
  await daemon.end();
});

test("a second SIGTERM ends the daemon at once, and loses nothing", async () => {
  const daemon = await DaemonProcess.start({ config: { limits: { drain: "60s" } } });
  const [id] = await postGated(daemon, 1);
  daemon.signal("SIGTERM", { mayEnd: true });
  await daemon.logged(({ action }) => action === "draining");
  daemon.signal("SIGTERM");
  assert.deepEqual(await daemon.ended(), { code: 1, signal: null });
  await daemon.launch();
  await daemon.settled();
  assert.equal((await daemon.admin(`/events/${id}`)).body.state, "completed");
  await daemon.end();
});
