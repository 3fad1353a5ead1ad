import assert from "node:assert/strict";
import { test } from "node:test";
import { DaemonProcess } from "../support/daemon-process.ts";
import { SignedSender } from "../support/signed-post.ts";

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What the handler does, the code of its attempts, and what its letter says. */
const CASES: [type: string, code: string, error: RegExp][] = [
  ["bad.throws", "TypeError", /^thrown by bad\.throws$/],
  ["bad.hangs", "ERR_TIMEOUT", /500 ms|0\.5 s|500ms/],
  ["bad.spins", "ERR_THREAD_STUCK", /./],
  ["bad.leaks", "ERR_THREAD_MEMORY", /./],
  ["bad.leaks-buffers", "ERR_THREAD_MEMORY", /./],
  ["bad.exits", "ERR_THREAD_EXIT", /./],
  ["bad.throws-beside", "Error", /^thrown beside the run$/],
];

/** One thread, in which three innocent runs wait while the bad one does its worst. */
async function beside(bad: { type: string; data: unknown }) {
  const daemon = await DaemonProcess.start({
    config: { pool: { threads: 1, per_thread: 16, stuck_after: "500ms", memory: "96MB", timeout: "30s" } },
  });
  const sender = new SignedSender();
  const post = async (type: string, key: string, data: unknown) => {
    const { status, body } = await sender.post(`${daemon.publicUrl}/webhooks/events`, { type, key, data });
    assert.equal(status, 202, JSON.stringify(body));
    return body.event_id as string;
  };
  const innocents = await Promise.all([1, 2, 3].map((n) => post("work.gated", `innocent-${n}`, { seq: n })));
  await daemon.until("the start of the innocents", () => daemon.effects().length === 3 || undefined);
  const id = await post(bad.type, "bad", bad.data);
  const end = () => {
    sender.close();
    return daemon.end();
  };
  return { daemon, post, innocents, id, end };
}

const stateOf = async (daemon: DaemonProcess, id: string) => (await daemon.admin(`/events/${id}`)).body;

for (const [type, code, error] of CASES) {
  test(`${type}: the daemon lives, the event is charged and its neighbours are not`, async () => {
    const data = { note: `for ${type}`, forged: '\n{"id":"x","resolved":"dropped"}\n' };
    const { daemon, post, innocents, id, end } = await beside({ type, data });
    await daemon.logged((line) => line.action === "webhook_dead" && line.event_id === id, { withinMs: 60_000 });

    const dead = await stateOf(daemon, id);
    assert.equal(dead.state, "dead");
    assert.deepEqual(dead.attempts.map((a: any) => [a.attempt, a.outcome, a.error.code]), [
      [1, "failed", code],
      [2, "failed", code],
    ]);
    checkLetter(daemon, { id, type, data, error });

    daemon.openGate();
    const after = await post("work.ok", "after", {});
    await daemon.settled();
    for (const innocent of [...innocents, after]) {
      const { state, attempts } = await stateOf(daemon, innocent);
      assert.deepEqual([state, attempts.map((a: any) => [a.attempt, a.outcome])], ["completed", [[1, "ok"]]]);
    }
    assert.ok(daemon.effects().every(({ attempt }) => attempt === 1));
    await end();
  });
}

test("bad.throws-after: what is thrown after the run is logged, and charged to nobody", async () => {
  const { daemon, innocents, id, end } = await beside({ type: "bad.throws-after", data: {} });
  const stray = await daemon.logged(({ action }) => action === "stray_throw");
  assert.match(String(stray.error), /thrown after the run$/);
  daemon.openGate();
  await daemon.settled();
  for (const event of [id, ...innocents]) {
    const { state, attempts } = await stateOf(daemon, event);
    assert.deepEqual([state, attempts.map((a: any) => [a.attempt, a.outcome])], ["completed", [[1, "ok"]]]);
  }
  assert.equal(daemon.read("data/dlq.jsonl"), "");
  await end();
});

/** One line, with the fields of the contract in their order. */
function checkLetter(
  daemon: DaemonProcess,
  { id, type, data, error }: { id: string; type: string; data: unknown; error: RegExp },
): void {
  const [line = "", ...rest] = daemon.read("data/dlq.jsonl").split("\n");
  assert.deepEqual(rest, [""]);
  const letter = JSON.parse(line);
  assert.deepEqual(Object.keys(letter), ["id", "event", "error", "attempts", "failed_at"]);
  assert.deepEqual(Object.keys(letter.event), ["id", "source", "type", "key", "received_at", "headers", "data"]);
  const { received_at: receivedAt, headers, ...event } = letter.event;
  assert.deepEqual(event, { id, source: "events", type, key: "bad", data });
  assert.deepEqual([letter.id, letter.attempts], [id, 2]);
  assert.match(letter.error, error);
  assert.match(letter.failed_at, ISO);
  assert.match(receivedAt, ISO);
  assert.equal(headers["content-type"], "application/json");
}
