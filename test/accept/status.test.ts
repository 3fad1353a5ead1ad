import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { anAcceptSource } from "./a-route.ts";
import { openRig, type Rig, send, sendEvent } from "./rig.ts";

const failure = { code: "Error", message: "card declined", stack: "Error: card declined\n at /secret/path.ts" };

describe("GET /webhooks/status/{event_id}", () => {
  let rig: Rig;
  let id = "";
  let serial = 0;
  before(async () => {
    rig = await openRig({ sources: [anAcceptSource({ mode: "ack" })] });
  });
  after(() => rig.close());

  const get = (query = "", eventId = id) =>
    send(rig.port, { method: "GET", path: `/webhooks/status/${eventId}${query}` });
  const accepted = async () => {
    id = (await sendEvent(rig.port, { body: `{"private":"canary","n":${++serial}}` })).json.event_id;
  };
  beforeEach(accepted);

  const received = "2023-11-14T22:13:20.000Z";

  it("tells a waiting event", async () => {
    const { status, json, headers } = await get();
    assert.equal(status, 200);
    assert.deepEqual(json, {
      event_id: id,
      event_type: "order.placed",
      status: "queued",
      attempts: 0,
      received_at: received,
    });
    assert.equal(headers["cache-control"], "no-store");
    await rig.settle({ kind: "complete", result: "null" });
  });

  it("tells a running one, a retrying one and a processed one, its result digit for digit", async () => {
    const delivery = await rig.store.claim();
    assert.equal((await get()).json.status, "processing");
    await rig.store.settleClaimed(delivery, { kind: "retry", at: rig.clock.now() + 1000, failure });
    const retrying = (await get()).json;
    assert.equal(retrying.status, "retrying");
    assert.equal(retrying.next_attempt_at, "2023-11-14T22:13:21.000Z");
    await rig.clock.advance(1000);
    await rig.settle({ kind: "complete", result: '{"n":12345678901234567890}' });
    const { json, text } = await get();
    assert.equal(json.status, "processed");
    assert.equal(json.processed_at, "2023-11-14T22:13:21.000Z");
    assert(text.endsWith(',"result":{"n":12345678901234567890}}'));
  });

  it("tells of a dead one the message, and never a stack or the body", async () => {
    await rig.settle({ kind: "dead-letter", failure, park: false });
    const { json, text } = await get();
    assert.equal(json.status, "dead");
    assert.equal(json.error, "card declined");
    for (const secret of ["canary", "secret"]) assert(!text.includes(secret));
  });

  for (
    const unknown of [
      "018bcfe5-6800-7000-8000-000000000000",
      "x",
      "",
      "..%2f..",
      "018BCFE5-6800-7000-8000-000000000000",
      "a/b",
    ]
  ) {
    it(`finds nothing at "${unknown}"`, async () => {
      const { status, json } = await get("", unknown);
      assert.equal(status, 404);
      assert.equal(json.error, "Event not found");
      await rig.settle({ kind: "complete", result: "null" });
    });
  }

  it("with ?wait holds the answer until the event settles", async () => {
    const looked = rig.store.found();
    const answer = get("?wait=20s");
    await looked;
    await rig.settle({ kind: "complete", result: "1" });
    assert.equal((await answer).json.status, "processed");
  });

  it("with ?wait answers with what is when the time is up, after 60 s at most", async () => {
    for (const [wait, ms] of [["20s", 20_000], ["2h", 60_000]] as const) {
      const looked = rig.store.found();
      const answer = get(`?wait=${wait}`);
      await looked;
      await rig.clock.advance(ms - 1);
      assert.notEqual(rig.clock.next(), undefined);
      await rig.clock.advance(1);
      assert.equal((await answer).json.status, "queued");
    }
    await rig.settle({ kind: "complete", result: "1" });
  });

  it("with ?wait answers at once about an event that settled, and keeps no timer", async () => {
    await rig.settle({ kind: "complete", result: "1" });
    assert.equal((await get("?wait=20s")).json.status, "processed");
    assert.equal((await get("?wait=20s", "018bcfe5-6800-7000-8000-000000000000")).status, 404);
    assert.equal(rig.clock.next(), undefined);
  });

  for (const query of ["?wait=soon", "?wait=", "?wait=1s&wait=2s", "?wait=-1s"]) {
    it(`refuses ${query}`, async () => {
      const { status, json } = await get(query);
      assert.deepEqual([status, json.code], [400, "invalid_wait"]);
      await rig.settle({ kind: "complete", result: "1" });
    });
  }

  it("answers HEAD, and says what it takes to the rest", async () => {
    const head = await send(rig.port, { method: "HEAD", path: `/webhooks/status/${id}` });
    assert.deepEqual([head.status, head.text], [200, ""]);
    const post = await send(rig.port, { path: `/webhooks/status/${id}` });
    assert.deepEqual([post.status, post.headers["allow"]], [405, "GET, HEAD"]);
    await rig.settle({ kind: "complete", result: "1" });
  });

  it("is no event: what it refuses is not counted as one", async () => {
    const before = rig.reasons().length;
    await get("", "x");
    assert.equal(rig.reasons().length, before);
    await rig.settle({ kind: "complete", result: "1" });
  });
});
