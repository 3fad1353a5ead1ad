/** One event for each (source, key): CONTRACT section 3, "Idempotency", on the shipped sources. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { sign } from "@octokit/webhooks-methods";
import { openGate, shippedConfig, signed, startShipped, statusOf } from "../support/shipped-daemon.ts";
import { SignedSender } from "../support/signed-post.ts";

const GITHUB_SECRET = "a secret that GitHub knows";
const sender = new SignedSender();
const daemon = await startShipped({
  sources: { "by-order": { ...shippedConfig().sources.receive, path: "/webhooks/by-order", key: "json:/order/id" } },
  env: { HOOKD_GITHUB_SECRET: GITHUB_SECRET },
});

const send = (path: string, data: unknown, headers: Record<string, string> = {}) =>
  sender.send(`${daemon.publicUrl}/webhooks/${path}`, signed(data, { "X-Event-Type": "demo.idempotent", ...headers }));
/** Runs of the handler for the events of a key, whatever their source. */
const runsOf = (key: string) => daemon.effects().filter((effect) => effect.key === key).length;
const metric = async (line: string) => {
  const text = await (await fetch(`${daemon.adminUrl}/metrics`)).text();
  return text.split("\n").find((each) => each.startsWith(line))?.slice(line.length + 1);
};

describe("the key of an event", () => {
  for (const header of ["Idempotency-Key", "X-Idempotency-Key", "idempotency-key"]) {
    it(`is what ${header} says`, async () => {
      const first = await send("receive", { by: header }, { [header]: `by ${header}` });
      assert.deepEqual([first.status, first.body.idempotency_key], [200, `by ${header}`]);
      const copy = await send("receive", { by: header }, { [header]: `by ${header}` });
      assert.deepEqual([copy.status, copy.body], [200, {
        status: "already_processed",
        idempotency_key: `by ${header}`,
        event_id: first.body.event_id,
        result: first.body.result,
      }]);
    });
  }

  it("is one and the same, by whichever of the two headers it comes, or by both", async () => {
    const [one, other] = [{ "Idempotency-Key": "either" }, { "X-Idempotency-Key": "either" }];
    const first = await send("receive", { a: 1 }, one);
    for (const headers of [other, { ...one, ...other }]) {
      const { body } = await send("receive", { a: 1 }, headers);
      assert.deepEqual([body.status, body.event_id], ["already_processed", first.body.event_id]);
    }
  });

  it("is never a choice between two: headers that differ are a 400, and nothing is stored", async () => {
    const before = (await daemon.admin("/events?source=receive&limit=1000")).body.items.length;
    const { status, body } = await send("receive", { a: 2 }, { "Idempotency-Key": "one", "X-Idempotency-Key": "two" });
    assert.deepEqual([status, body.code], [400, "conflicting_keys"]);
    assert.equal((await daemon.admin("/events?source=receive&limit=1000")).body.items.length, before);
  });

  it("is the hex SHA-256 of the raw body where no header is sent", async () => {
    const body = Buffer.from('{ "spaces" : "count" }');
    const first = await send("receive", body);
    assert.equal(first.body.idempotency_key, createHash("sha256").update(body).digest("hex"));
    const copy = await send("receive", body);
    assert.deepEqual([copy.body.status, copy.body.event_id], ["already_processed", first.body.event_id]);
    const other = await send("receive", Buffer.from('{"spaces":"count"}'));
    assert.deepEqual([other.body.status, other.body.event_id === first.body.event_id], ["processed", false]);
  });

  it("is where the source says, in the body too, and a header then does not count", async () => {
    const event = (id: string, n: number) => ({ order: { id }, n });
    const first = await send("by-order", event("o-1", 1), { "Idempotency-Key": "x" });
    assert.equal(first.body.idempotency_key, "o-1");
    const copy = await send("by-order", event("o-1", 1), { "Idempotency-Key": "y" });
    assert.deepEqual([copy.body.status, copy.body.event_id], ["already_processed", first.body.event_id]);
    assert.equal((await send("by-order", event("o-2", 1), { "Idempotency-Key": "x" })).body.status, "processed");
    assert.equal((await send("by-order", event("o-1", 2))).status, 422);
  });

  it("counts within its source only", async () => {
    const ids = await Promise.all(["receive", "sync", "events"].map(async (path) => {
      const event = { event_type: "user.deleted", timestamp: "2024-05-01T12:00:00Z", data: { user_id: "u" } };
      const { status, body } = await send(path, event, { "Idempotency-Key": "everywhere" });
      assert.deepEqual([status, body.status], [200, "processed"]);
      return body.event_id;
    }));
    assert.equal(new Set(ids).size, 3);
  });
});

describe("a known key with another body", () => {
  const refused = {
    type: "about:blank",
    title: "Unprocessable Entity",
    status: 422,
    detail: "This idempotency key was used for an event with another body",
    code: "idempotency_key_reused",
    error: "This idempotency key was used for an event with another body",
  };

  it("is a 422 while the first waits and when it is settled, and its copy with the first body is still a duplicate", async () => {
    const key = { "Idempotency-Key": "changed" };
    const [data, type] = [{ gate: "changed" }, { ...key, "X-Event-Type": "gated.waits" }];
    const { body: { event_id: id } } = await send("async", data, type);
    const waiting = await send("async", { ...data, n: 2 }, type);
    assert.deepEqual([waiting.status, waiting.body], [422, refused]);
    assert.equal(waiting.headers["content-type"], "application/problem+json");
    openGate(daemon, "changed");
    await statusOf(daemon, id);
    const settled = await send("async", { ...data, n: 2 }, type);
    assert.deepEqual([settled.status, settled.body], [422, refused]);
    assert.equal((await send("async", data, type)).body.event_id, id);
    assert.equal(runsOf("changed"), 1);
  });

  it("is a duplicate that is counted, where the sender is one that changes bodies between retries", async () => {
    const push = async (n: number) => {
      const body = Buffer.from(JSON.stringify({ zen: "Keep it logically awesome.", n }));
      const headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "ping",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "X-Hub-Signature-256": await sign(GITHUB_SECRET, body.toString()),
      };
      return sender.send(`${daemon.publicUrl}/webhooks/github`, { body, headers });
    };
    const first = await push(1);
    assert.equal(first.status, 202);
    await statusOf(daemon, first.body.event_id);
    const changed = await push(2);
    assert.deepEqual([changed.status, changed.body.status, changed.body.event_id], [
      200,
      "already_processed",
      first.body.event_id,
    ]);
    const line = await daemon.logged((line) => line.action === "webhook_duplicate" && line.source === "github");
    assert.deepEqual([line.event_id, line.changed_body], [first.body.event_id, true]);
    assert.equal(await metric('hookd_events_duplicate_total{source="github"}'), "1");
    assert.equal(await metric('hookd_events_changed_body_total{source="github"}'), "1");
  });
});

describe("copies that come at the same time", () => {
  it("in mode sync are one run, and each of them gets its result", async () => {
    const copies = await Promise.all(
      Array.from({ length: 20 }, () => send("sync", {}, { "X-Event-Type": "gated.now", "Idempotency-Key": "crowd" })),
    );
    assert.equal(runsOf("crowd"), 1);
    assert.equal(new Set(copies.map(({ body }) => body.event_id)).size, 1);
    for (const { status, body } of copies) {
      assert.deepEqual([status, body.result], [200, { done: "gated.now", attempt: 1 }]);
    }
    assert.equal(copies.filter(({ body }) => body.status === "processed" && body.duplicate === undefined).length, 1);
  });

  it("in mode sync all hear of the failure of their one event; the key is then free", async () => {
    const headers = { "X-Event-Type": "gated.fails", "Idempotency-Key": "failing crowd" };
    const data = { gate: "failing crowd", fail: "no luck" };
    const first = send("sync", data, headers);
    const { id } = await daemon.until("the run", () => daemon.effects().find(({ key }) => key === "failing crowd"));
    const second = send("sync", data, headers);
    await daemon.logged((line) => line.action === "webhook_duplicate" && line.event_id === id);
    openGate(daemon, "failing crowd");
    for (const { status, body } of await Promise.all([first, second])) {
      assert.deepEqual([status, body.status, body.error, body.event_id], [500, "failed", "no luck", id]);
    }
    assert.equal(runsOf("failing crowd"), 2, "two attempts, and not two for each copy");
    assert.notEqual((await send("sync", data, headers)).body.event_id, id);
  });
});

it("keys outlive a SIGKILL: settled ones with their result, waiting ones with their event, freed ones as free", async () => {
  const settled = await send("receive", { keep: 1 }, { "Idempotency-Key": "settled" });
  const waits = { "X-Event-Type": "gated.waits", "Idempotency-Key": "waits" };
  const waiting = await send("async", { gate: "after the kill" }, waits);
  const freed = { "X-Event-Type": "gated.closed-fails", "Idempotency-Key": "freed" };
  const failed = await send("sync", { gate: "after the kill" }, freed);
  assert.equal(failed.status, 500);

  await daemon.kill();
  await daemon.launch();

  assert.deepEqual((await send("receive", { keep: 1 }, { "Idempotency-Key": "settled" })).body, {
    status: "already_processed",
    idempotency_key: "settled",
    event_id: settled.body.event_id,
    result: settled.body.result,
  });
  const copy = await send("async", { gate: "after the kill" }, waits);
  assert.deepEqual([copy.status, copy.body], [202, {
    status: "queued",
    event_id: waiting.body.event_id,
    duplicate: true,
  }]);
  assert.equal((await send("receive", { keep: 2 }, { "Idempotency-Key": "settled" })).status, 422);
  openGate(daemon, "after the kill");
  assert.equal((await statusOf(daemon, waiting.body.event_id)).body.status, "processed");
  const again = await send("sync", { gate: "after the kill" }, freed);
  assert.deepEqual([again.status, again.body.event_id === failed.body.event_id], [200, false]);
});

it("the daemon has been there all the time", async () => {
  sender.close();
  await daemon.end();
});
