/** What became of every event, listed by the admin listener: CONTRACT section 4, on the shipped sources. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { ISO, openGate, signed, startShipped, statusOf, UUID_V7, without } from "../support/shipped-daemon.ts";
import { SignedSender } from "../support/signed-post.ts";

const sender = new SignedSender();
const daemon = await startShipped();

interface Item extends Record<string, unknown> {
  event_id: string;
}

const send = async (path: string, type: string, data: object) => {
  const { body } = await sender.send(`${daemon.publicUrl}/webhooks/${path}`, signed(data, { "X-Event-Type": type }));
  return (body.event_id ?? body.task_id) as string;
};

const list = async (query = ""): Promise<{ items: Item[]; next: string | null }> => {
  const { status, body } = await daemon.admin(`/events${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(Object.keys(body), ["items", "next"]);
  return body;
};
const idsOf = async (query: string) => (await list(`${query}&limit=1000`)).items.map((item) => item.event_id);

/** All pages, each fetched when the one before is there. */
async function pages(query: string, between: () => Promise<unknown> = async () => {}): Promise<Item[]> {
  const all: Item[] = [];
  let cursor = "";
  do {
    const page = await list(`${query}${cursor}`);
    all.push(...page.items);
    await between();
    cursor = page.next === null ? "" : `&cursor=${encodeURIComponent(page.next)}`;
  } while (cursor !== "");
  return all;
}

it("an event is listed with exactly the contract's fields and its state, waiting, processed, failed or dead", async () => {
  const processed = await send("sync", "gated.now", { n: 1 });
  const failed = await send("sync", "gated.fails", { fail: "told to the sender" });
  const dead = await send("ack", "gated.refuses", { fail: "never again" });
  await statusOf(daemon, dead);
  const waiting = await send("async", "gated.waits", { gate: "listed" });
  await daemon.until("its run", () => daemon.effects().find(({ id }) => id === waiting));

  const expected: [id: string, listed: Record<string, unknown>, ended: boolean][] = [
    [waiting, {
      event_type: "gated.waits",
      source: "async",
      state: "running",
      processed_at: null,
      success: null,
      error_message: null,
      attempts: 0,
      duration_ms: null,
    }, false],
    [dead, {
      event_type: "gated.refuses",
      source: "ack",
      state: "dead",
      success: false,
      error_message: "never again",
      attempts: 1,
    }, true],
    [failed, {
      event_type: "gated.fails",
      source: "sync",
      state: "dead",
      success: false,
      error_message: "told to the sender",
      attempts: 2,
    }, true],
    [processed, {
      event_type: "gated.now",
      source: "sync",
      state: "completed",
      success: true,
      error_message: null,
      attempts: 1,
    }, true],
  ];
  const { items, next } = await list();
  assert.equal(next, null);
  assert.deepEqual(items.map((item) => item.event_id), expected.map(([id]) => id), "newest first");
  for (const [index, [id, listed, hasEnded]] of expected.entries()) {
    const known = without(items[index]!, {
      received_at: ISO,
      ...(hasEnded && { processed_at: ISO, duration_ms: /^\d+(\.\d+)?$/ }),
    });
    assert.deepEqual(known, { event_id: id, ...listed });
    assert.match(id, UUID_V7);
  }
  openGate(daemon, "listed");
  await statusOf(daemon, waiting);
});

it("filters by state, type, source and time pick what they say, alone and together", async () => {
  const before = await idsOf("?");
  const from = (await list("?limit=1")).items[0]!.received_at as string;
  const ids = {
    completed: await send("sync", "gated.filtered", { n: 2 }),
    dead: await send("ack", "gated.refuses", { n: 2 }),
    running: await send("async", "gated.waits", { gate: "filtered" }),
    retryable: await send("tasks", "gated.later", { afterMs: 3_600_000 }),
  };
  await statusOf(daemon, ids.dead);
  await daemon.logged((line) => line.action === "webhook_error" && line.event_id === ids.retryable);
  await daemon.until(
    "the retry",
    async () => (await statusOf(daemon, ids.retryable, "")).body.status === "retrying" || undefined,
  );
  await daemon.until("its run", () => daemon.effects().find(({ id }) => id === ids.running));

  const newest = Object.values(ids).reverse();
  const since = encodeURIComponent(from);
  const fresh = (picked: string[]) => picked.filter((id) => !before.includes(id));
  assert.deepEqual(fresh(await idsOf(`?since=${since}`)), newest);
  assert.deepEqual(fresh(await idsOf(`?since=${Date.parse(from)}`)), newest);
  assert.deepEqual(await idsOf(`?until=${since}`), before);
  assert.deepEqual(await idsOf(`?since=${Date.now() + 60_000}`), []);
  assert.deepEqual(await idsOf("?type=gated.filtered"), [ids.completed]);
  assert.deepEqual(await idsOf("?source=tasks"), [ids.retryable]);
  for (const [state, id] of Object.entries(ids)) {
    assert.deepEqual(fresh(await idsOf(`?state=${state}`)), [id], state);
  }
  assert.deepEqual(await idsOf("?state=available"), []);
  assert.deepEqual(fresh(await idsOf("?state=dead&source=ack&type=gated.refuses")), [ids.dead]);
  assert.deepEqual(await idsOf("?state=dead&source=async"), []);
  const wrong = await daemon.admin("/events?state=processed&limit=0");
  assert.deepEqual([wrong.status, wrong.body.errors.map((error: any) => error.path)], [400, ["state", "limit"]]);
  openGate(daemon, "filtered");
  await statusOf(daemon, ids.running);
});

it("pages show each event once and none twice while new ones come, and outlive a SIGKILL", async () => {
  for (let n = 0; n < 25; n++) await send("receive", "gated.paged", { n });
  const before = await list("?type=gated.paged&limit=1000");
  assert.equal(before.items.length, 25);
  let n = 25;
  const walked = await pages("?type=gated.paged&limit=4", () => send("receive", "gated.paged", { n: n++ }));
  assert.deepEqual(walked, before.items);
  assert.ok(n > 30);

  const all = await list("?limit=1000");
  await daemon.kill();
  await daemon.launch();
  assert.deepEqual(await list("?limit=1000"), all);
  assert.deepEqual(await pages("?limit=7"), all.items);
});

it("the daemon has been there all the time", async () => {
  sender.close();
  await daemon.end();
});
