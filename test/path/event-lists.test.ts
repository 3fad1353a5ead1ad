import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { CloudEvent, HTTP } from "cloudevents";
import { assertDocumented } from "../support/documented.ts";
import { DaemonProcess, SECRET } from "../support/daemon-process.ts";
import { type Answer, SignedSender } from "../support/signed-post.ts";

const verify = { preset: "hookd", secrets: ["${env:HOOKD_SECRET}"] };
const SOURCES = {
  lists: { path: "/lists", verify, each: "json:/events", type: "json:/type", key: "json:/id", order: "json:/order" },
  cloud: { path: "/cloud", verify, format: "cloudevents", order: "header:ce-subject", origins: ["emitter.example"] },
  slack: { path: "/slack", verify: { ...verify, preset: "slack" } },
};

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function signedHeaders(body: string, headers: Record<string, string> = {}): Record<string, string> {
  return { "X-Webhook-Signature": `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`, ...headers };
}

const LISTS = 40;
const EVENTS = 25;

/** One event as its sender writes it, with a number that no parser gives back. */
function element(list: number, seq: number): string {
  return `{ "type":"work.done", "id":"${list}:${seq}", "order":"lane-${list}", "seq":${seq}, "big":12345678901234567890 }`;
}

test("a list that was acked survives kill -9 as a whole, each event once, in order, byte for byte", async () => {
  const daemon = await DaemonProcess.start({ config: { sources: SOURCES } });
  const sender = new SignedSender();
  const body = (list: number) =>
    `{"events":[${Array.from({ length: EVENTS }, (_, seq) => element(list, seq)).join(",\n")}]}`;
  const sendList = (list: number): Promise<Answer | undefined> =>
    sender.send(`${daemon.publicUrl}/lists`, { body: Buffer.from(body(list)), headers: signedHeaders(body(list)) })
      .catch(() => undefined);

  // Killed at the third ack, with the others under way.
  let acks = 0;
  let isKilled: Promise<unknown> | undefined;
  const first = await Promise.all(Array.from({ length: LISTS }, async (_, list) => {
    const answer = await sendList(list);
    if (answer?.status === 202 && (acks += 1) === 3) isKilled = daemon.kill();
    return answer;
  }));
  assert(isKilled !== undefined, "no three lists were acked");
  await isKilled;

  await daemon.launch();
  for (const [list, before] of first.entries()) {
    const again = await sendList(list);
    assert.equal(again?.status, 202);
    assert.deepEqual(again.body.count, EVENTS);
    if (before?.status !== 202) continue;
    assert.deepEqual(again.body, { ...before.body, duplicates: EVENTS }, "an acked list is there, all of it");
  }
  await daemon.settled();
  sender.close();

  const effects = daemon.effects();
  for (let list = 0; list < LISTS; list++) {
    const own = effects.filter(({ order }) => order === `lane-${list}`);
    const ids = new Map(own.map(({ key, id, sha256: hash }) => [key, `${id} ${hash}`]));
    assert.equal(new Set(own.map(({ id }) => id)).size, EVENTS, "one stored event for each");
    for (let seq = 0; seq < EVENTS; seq++) {
      assert.ok(ids.get(`${list}:${seq}`)?.endsWith(sha256(element(list, seq))), `event ${seq} of list ${list}`);
    }
    const firstRuns = [...new Set(own.map(({ seq }) => seq))];
    assert.deepEqual(firstRuns, Array.from({ length: EVENTS }, (_, seq) => seq), "in the order of the list");
  }
  const { body: metrics } = { body: await (await fetch(`${daemon.adminUrl}/metrics`)).text() };
  assert.match(metrics, /^hookd_events_received_total\{source="lists",type="(work\.done|other)"\} 1000$/m);
  await daemon.end();
});

describe("on the whole daemon", () => {
  test("CloudEvents in three forms are one event, and one of a batch that is none refuses it", async () => {
    const daemon = await DaemonProcess.start({ config: { sources: SOURCES } });
    const sender = new SignedSender();
    const event = new CloudEvent({
      id: "1",
      source: "/s",
      type: "work.done",
      subject: "lane",
      data: { order: "lane", seq: 1 },
    });
    const post = (body: string, headers: Record<string, string>) =>
      sender.send(`${daemon.publicUrl}/cloud`, { body: Buffer.from(body), headers: signedHeaders(body, headers) });
    const { body, headers } = HTTP.binary(event);
    const json = JSON.stringify(event);
    const data = JSON.stringify(event.data);

    const first = await post(body as string, headers as Record<string, string>);
    const second = await post(json, { "Content-Type": "application/cloudevents+json" });
    const third = await post(`[${json}]`, { "Content-Type": "application/cloudevents-batch+json" });
    assert.deepEqual([first.status, third.status], [202, 202]);
    assert.equal(second.body.event_id, first.body.event_id);
    assert.deepEqual(third.body, {
      status: "acknowledged",
      event_ids: [first.body.event_id],
      count: 1,
      duplicates: 1,
    });
    const bad = await post(`[${json},{}]`, { "Content-Type": "application/cloudevents-batch+json" });
    assert.deepEqual([bad.status, bad.body.code], [400, "schema_violation"]);
    await daemon.settled();
    sender.close();
    assert.deepEqual(daemon.effects().map(({ key, sha256: hash }) => [key, hash]), [["/s 1", sha256(data)]]);

    const headersOfAsking = { "WebHook-Request-Origin": "emitter.example", "WebHook-Request-Rate": "10" };
    const consent = await fetch(`${daemon.publicUrl}/cloud`, { method: "OPTIONS", headers: headersOfAsking });
    assert.equal(consent.headers.get("webhook-allowed-origin"), "emitter.example");
    await documented(daemon, "OPTIONS", consent);
    await daemon.end();
  });

  test("a handshake is answered and logged, without its challenge; a further try of the sender is logged", async () => {
    const daemon = await DaemonProcess.start({ config: { sources: SOURCES } });
    const sender = new SignedSender();
    const post = (data: unknown, more: Record<string, string> = {}) => {
      const body = JSON.stringify(data);
      const at = String(Math.floor(Date.now() / 1000));
      const mac = createHmac("sha256", SECRET).update(`v0:${at}:${body}`).digest("hex");
      const headers = { "X-Slack-Request-Timestamp": at, "X-Slack-Signature": `v0=${mac}`, ...more };
      return fetch(`${daemon.publicUrl}/slack`, { method: "POST", body, headers });
    };
    const challenge = "3eZbrw1aBm2rZgRNFdxV";
    const shaken = await post({ type: "url_verification", challenge });
    assert.deepEqual([shaken.status, await shaken.text()], [200, challenge]);
    const line = await daemon.logged(({ action }) => action === "handshake");
    assert.deepEqual([line["source"], line["kind"], line["source_ip"]], ["slack", "url_verification", "127.0.0.1"]);
    assert.ok(!JSON.stringify(daemon.log).includes(challenge));

    const event = { type: "event_callback", event_id: "Ev1", event: { type: "work.done" } };
    assert.equal((await post(event, { "X-Slack-Retry-Num": "2" })).status, 202);
    const received = await daemon.logged(({ action }) => action === "webhook_received");
    assert.equal(received["sender_retry"], 2);
    await daemon.settled();
    sender.close();
    await daemon.end();
  });
});

async function documented(daemon: DaemonProcess, method: string, response: Response): Promise<void> {
  const { pathname: path } = new URL(response.url);
  const headers = Object.fromEntries(response.headers);
  await assertDocumented(daemon.publicUrl, {
    method,
    path,
    status: response.status,
    headers,
    text: await response.text(),
  });
}
